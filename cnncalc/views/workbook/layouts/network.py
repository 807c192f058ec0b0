"""A network: a sheet for the input, one for each layer in order, and one for the prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnncalc.views.workbook.layouts.arrangement import Arrangement
from cnncalc.views.workbook.layouts.drawing import Drawing
from cnncalc.views.workbook.layouts.furniture import CONTENTS, Job, legend
from cnncalc.views.workbook.layouts.prediction_table import prediction_table
from cnncalc.views.workbook.layouts.tile_rows import tile_rows
from cnncalc.views.workbook.layouts.vector_rows import vector_rows
from cnncalc.views.workbook.plan import Block, Name, Quantity, Sheet, Text, slices
from cnncalc.views.workbook.stages.pages import PREDICTION, Page, network_pages

__all__ = ["network_sheets"]

# A spreadsheet's own width of a column, in pixels.
COLUMN = 64
# From one link to the next, in pixels.
LINK = 170
# Names of so many slices help; of more, they only fill a list.
MOST_NAMES = 64


def network_sheets(job: Job) -> list[Sheet]:
    """Return the sheets of a network."""
    pages = list(network_pages(job.specification))
    names = [job.take_name(page.name) for page in pages]
    arranged = [_arrange(page, name) for page, name in zip(pages, names, strict=True)]
    drawing = Drawing(tuple(placed for each in arranged for placed in each.placed))
    named = {pages[0].output: "image", _last_output(pages): "output"}
    sheets = []
    for place, (page, each) in enumerate(zip(pages, arranged, strict=True)):
        blocks = drawing.blocks(names[place])
        texts = (*_heading(page, each, names, place), *each.texts, *_foot(page, each, blocks))
        defined = tuple(_names(blocks, named))
        look = (each.cell, each.widths, each.frozen, 0)
        what = (names[place], page.title, page.summary, job.number)
        sheets.append(Sheet(*what, blocks, texts, defined, *look))
    return sheets


def _arrange(page: Page, sheet: str) -> Arrangement:
    if page.output is None:
        return prediction_table(sheet, page.volumes)
    is_flat = all(item.index == () for volume in page.volumes for item in volume.items)
    return vector_rows(sheet, page.volumes) if is_flat else tile_rows(sheet, page.volumes)


def _last_output(pages: Sequence[Page]) -> Quantity | None:
    return next(page.output for page in reversed(pages) if page.output)


def _heading(
    page: Page, arrangement: Arrangement, names: Sequence[str], place: int
) -> Iterator[Text]:
    """Yield the title, the links to the contents and the sheets beside, and the sizes."""
    yield Text(0, 1, page.title, "title")
    links = [("Contents", CONTENTS)]
    links += [(f"← {name}", name) for name in names[max(0, place - 1) : place]]
    links += [(f"{name} →", name) for name in names[place + 1 : place + 2]]
    for number, (text, name) in enumerate(links):
        yield Text(1, _column_at(arrangement, number * LINK), text, "link", name)
    yield Text(2, 1, page.size)


def _column_at(arrangement: Arrangement, pixels: int) -> int:
    """Return the first column, from B on, that lies so many pixels to the right of B."""
    widths = dict(arrangement.widths)
    column = 1
    while pixels > 0:
        pixels -= widths.get(column, arrangement.cell or COLUMN)
        column += 1
    return column


def _foot(page: Page, arrangement: Arrangement, blocks: Sequence[Block]) -> Iterator[Text]:
    """Yield what there is to say of each volume, and what the colours of the cells mean."""
    row = arrangement.bottom + 1
    for volume in page.volumes if page.name != PREDICTION else ():
        for note in volume.notes:
            yield Text(row, 1, f"{volume.group}: {note}")
            row += 1
    roles = {block.role for block in blocks}
    yield from legend(row + 1, 1, roles)


def _names(blocks: Sequence[Block], named: Mapping[Quantity | None, str]) -> Iterator[Name]:
    """Yield a defined name for each slice of the quantities that have one."""
    for quantity, name in named.items():
        found = [each for each in slices(blocks) if each.quantity == quantity]
        for number, block in enumerate(found[:MOST_NAMES]):
            text = f"{name}_{number}" if found[1:] else name
            yield Name(text, block.row, block.column, block.height, block.width)
