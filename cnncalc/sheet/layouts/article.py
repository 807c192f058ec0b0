"""The article's own layout: the pixels from B2, the weights from row 5, the outputs beside them.

Its first cells are `=B2*$G$5` (Case 1), `=SUMPRODUCT(C2:D2,$I$5:$J$5)` (Case 3, whose second one
the article shows) and `=SUMPRODUCT(B3:C4,$G$5:$H$6)` (the second row of Case 5): a column stays
free after the pixels. Padding takes that column, and leaves column B free on the other side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from cnncalc.layers import WindowLayer
from cnncalc.sheet.layers.network import network_volumes
from cnncalc.sheet.layouts.drawing import Drawing, Group, Placed, groups, place
from cnncalc.sheet.layouts.sheet_parts import CONTENTS, Job, legend
from cnncalc.sheet.plan import Block, Formula, Name, Quantity, Reference, Scale, Sheet, Step, Text
from cnncalc.sheet.volumes import Place

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
        score=(max(text.row for text in texts) + 1, panel),
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
    texts += legend(len(texts), column)
    texts.append(Text(len(lines) + 4, column + 1, "Back to the contents", "link", CONTENTS))
    return texts


def _first_formulas(blocks: Sequence[Block]) -> list[str]:
    """Return the formula of each formula block's first cell, with its address."""
    return [
        f"{block.address(0, 0)}:  ={block.formula.text(0, 0)}" for block in blocks if block.formula
    ]


_TOP, _COLUMN = 3, 2

_ENTERED = (
    ("W", "the input's width (or height)"),
    ("F", "the filter's width"),
    ("P", "the zeros added on either side"),
    ("S", "the stride"),
    ("K", "the number of filters"),
)

_FORMULAS = (
    ("steps", "({W}-{F}+2*{P})/{S}", "(W − F + 2P) / S, how often the filter steps on"),
    ("size", "INT({steps})+1", "the output's width: rounded down, plus 1 for the first place"),
    ("uncovered", "{W}-{F}+2*{P}-({size}-1)*{S}", "what no window reaches at the end"),
    ("depth", "{K}", "the output's depth: one slice a filter"),
)


def output_size_sheet(job: Job) -> Sheet:
    """Return the sheet of the formula."""
    rows = {key: _TOP + row + (row >= len(_ENTERED)) for row, key in enumerate(_keys())}
    named = {key: key for key, _ in _ENTERED} | {"output": "size"}
    return Sheet(
        job.names.take(job.short_title),
        job.title,
        job.specification.note,
        job.number,
        tuple(_blocks(rows)),
        tuple(_texts(job, rows)),
        tuple(Name(name, rows[key], _COLUMN, 1, 1) for name, key in named.items()),
        widths=((0, 20), (1, 90), (2, 90), (3, 460)),
        frozen=(1, 0),
        score=(max(rows.values()) + 4, _COLUMN),
    )


def _blocks(rows: Mapping[str, int]) -> Iterator[Block]:
    """Yield a cell for each number, those that are entered and those that follow."""
    for key, _ in _ENTERED:
        yield Block(rows[key], _COLUMN, 1, 1, "weights", Quantity("input", "", key))
    for key, template, _ in _FORMULAS:
        place, quantity = (rows[key], _COLUMN, 1, 1), Quantity("stage", "", key)
        formula = _formula(template, rows)
        yield Block(*place, "formula", quantity, formula=formula, scale=Scale.SHADE)


def _texts(job: Job, rows: Mapping[str, int]) -> Iterator[Text]:
    """Yield the title, what each number is called and means, and what to do here."""
    meanings = {key: meaning for key, *_, meaning in (*_ENTERED, *_FORMULAS)}
    last = max(rows.values())
    yield Text(0, 1, job.title, "title")
    yield Text(1, 1, job.specification.note)
    yield from (Text(row, _COLUMN + 1, meanings[key], "meaning") for key, row in rows.items())
    yield from (Text(row, _COLUMN - 1, key, "label") for key, row in rows.items())
    yield Text(last + 2, 1, "Type over W, F, P, S and K: the size follows.")
    yield Text(last + 3, 1, "Back to the contents", "link", CONTENTS)


def _keys() -> list[str]:
    return [key for key, *_ in (*_ENTERED, *_FORMULAS)]


def _formula(template: str, rows: Mapping[str, int]) -> Formula:
    """Return a template with names for its cells as one with references."""
    used = [key for key in rows if f"{{{key}}}" in template]
    places = {key: f"{{{place}}}" for place, key in enumerate(used)}
    return Formula(
        template.format(**places), tuple(Reference("", rows[key], _COLUMN) for key in used)
    )
