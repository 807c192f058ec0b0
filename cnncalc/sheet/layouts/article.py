"""The article's own layout: the pixels from B2, the weights from row 5, the outputs beside them.

Its first cells are `=B2*$G$5` (Case 1), `=SUMPRODUCT(C2:D2,$I$5:$J$5)` (Case 3, whose second one
the article shows) and `=SUMPRODUCT(B3:C4,$G$5:$H$6)` (the second row of Case 5): a column stays
free after the pixels. Padding takes that column, and leaves column B free on the other side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from cnncalc.layers import WindowLayer
from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layers.network import network_volumes
from cnncalc.sheet.layouts.drawing import Drawing, Group, Placed, groups, place
from cnncalc.sheet.layouts.sheet_parts import CONTENTS, Job, legend
from cnncalc.sheet.output_size import result_volumes, size_volumes
from cnncalc.sheet.plan import Block, Name, Sheet, Step, Style, Text
from cnncalc.sheet.quantities import SIZES

__all__ = ["article_sheet", "output_size_sheet"]

WEIGHTS_ROW = 4

PANEL_PIXELS = 420


def article_sheet(job: Job) -> Sheet:
    """Return the sheet of one of the article's cases."""
    name = job.names.take(job.short_title)
    drawn = groups(network_volumes(job.specification))
    drawing = Drawing(tuple(_placed(job, name, drawn)))
    blocks = drawing.blocks(name)
    panel = 2 + max(block.column + block.width - 1 for block in blocks)
    texts = (*_captions(drawing), *_panel(job, drawn, blocks, panel))
    return Sheet(
        name,
        job.title,
        job.specification.note,
        job.number,
        blocks,
        texts,
        drawing.names(name),
        widths=((0, 20), (panel - 1, 20), (panel + 1, PANEL_PIXELS)),
        frozen=(1, 0),
    )


def _placed(job: Job, sheet: str, drawn: Sequence[Group]) -> Iterator[Placed]:
    """Place the image, the weights beside it, and each later tile to the right of the last."""
    left, right = _padding(job)
    column = 2 if left or right else 1
    for group in drawn:
        down, across, row = 0, group.tile_width + 1, 0
        if group.volumes[0].is_weight:
            down, across, row = group.tile_height + 1, 0, WEIGHTS_ROW - 1
        first, step = Place(sheet, row, column), Step(down, across)
        yield from place(group, partial(_corner, first, step))
        column += group.tile_width + 1 + across * (group.tiles - 1)
        # Padding on the right stands in the column that is else kept free.
        column -= min(right, 1) if group.volumes[0].is_image else 0


def _corner(first: Place, step: Step, tile: int) -> Place:
    return Place(first.sheet, first.row + tile * step.rows, first.column + tile * step.columns)


def _padding(job: Job) -> tuple[int, int]:
    """Return the columns of padding on the left and right of the image."""
    layer = job.specification.layers[0]
    if not isinstance(layer, WindowLayer):
        return (0, 0)
    pads = layer.geometry(job.specification.input_shape).pads
    return (pads.left, pads.right)


def _captions(drawing: Drawing) -> Iterator[Text]:
    """Yield what stands above each slice: there are no headings, so each says what it is."""
    for placed in drawing.placed:
        caption = placed.volume.full_caption(placed.item)
        yield Text(placed.place.row - 1, placed.place.column, caption, "caption")


def _panel(job: Job, drawn: Sequence[Group], blocks: Sequence[Block], column: int) -> list[Text]:
    """Return the texts on the right: what the case shows, its first formula, the legend."""
    lines = [
        Text(0, column + 1, job.title, "title"),
        Text(1, column + 1, job.specification.note, "wrapped"),
        *(Text(0, column + 1, line, "code") for line in _first_formulas(blocks)),
        *(Text(0, column + 1, said, "wrapped") for group in drawn for said in group.sentences),
    ]
    texts = [replace(text, row=row) for row, text in enumerate(lines)]
    texts += legend(len(texts), column, {block.role for block in blocks})
    # Alone in its row, below all else: then it isn't printed.
    bottom = max(len(texts), *(block.row + block.height for block in blocks))
    texts.append(Text(bottom, column + 1, "Back to the contents", "link", CONTENTS))
    return texts


def _first_formulas(blocks: Sequence[Block]) -> list[str]:
    """Return the formula of each formula block's first cell, with its address."""
    return [
        f"{block.address(0, 0)}:  ={block.formula.text(0, 0)}" for block in blocks if block.formula
    ]


_TOP, _COLUMN = 3, 2


def output_size_sheet(job: Job) -> Sheet:
    """Return the sheet of the formula of the output's size."""
    sheet = job.names.take(job.short_title)
    drawing = Drawing(tuple(_below_each_other(sheet)))
    last = drawing.placed[-1].place.row
    return Sheet(
        sheet,
        job.title,
        job.specification.note,
        job.number,
        drawing.blocks(sheet),
        (
            Text(0, 1, job.title, "title"),
            Text(1, 1, job.specification.note),
            *(_beside(placed, 1, placed.volume.rule, "meaning") for placed in drawing.placed),
            *(_beside(placed, -1, placed.volume.title, "label") for placed in drawing.placed),
            Text(last + 2, 1, "Type over W, F, P, S and K: the size follows."),
            Text(last + 3, 1, "Back to the contents", "link", CONTENTS),
        ),
        tuple(_size_names(drawing.placed)),
        widths=((0, 20), (1, 90), (2, 90), (3, 460)),
        frozen=(1, 0),
    )


def _below_each_other(sheet: str) -> Iterator[Placed]:
    """Place what is entered, and after a free row what follows from it."""
    sizes, results = size_volumes(), result_volumes()
    for row, volume in enumerate(sizes, start=_TOP):
        yield Placed(volume, volume.items[0], Place(sheet, row, _COLUMN))
    for row, volume in enumerate(results, start=_TOP + len(sizes) + 1):
        yield Placed(volume, volume.items[0], Place(sheet, row, _COLUMN))


def _beside(placed: Placed, columns: int, text: str, style: Style) -> Text:
    return Text(placed.place.row, placed.place.column + columns, text, style)


def _size_names(cells: Sequence[Placed]) -> Iterator[Name]:
    """Yield the names of what is entered, which are its letters, and of the size."""
    for placed in cells:
        quantity, (_, row, column) = placed.volume.quantity, placed.place
        if quantity in SIZES:
            yield Name(quantity.name, row, column, 1, 1)
        elif quantity.name == "size":
            yield Name("output", row, column, 1, 1)
