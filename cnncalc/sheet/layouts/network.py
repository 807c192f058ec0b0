"""A network: a sheet for the input, one for each layer in order, and one for the prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Layer
from cnncalc.layers.base import size_text
from cnncalc.layers.graph import sources
from cnncalc.notation import write_layer
from cnncalc.sheet.blocks import Place
from cnncalc.sheet.gathering import drawn_layers
from cnncalc.sheet.layers.network import image_source, layer_volumes
from cnncalc.sheet.layers.prediction import prediction_volumes
from cnncalc.sheet.layers.windows import image_volume
from cnncalc.sheet.layouts.drawing import Drawing, Placed
from cnncalc.sheet.layouts.sheet_parts import CONTENTS, Job, legend, sentences
from cnncalc.sheet.layouts.tile_rows import TOP, Arrangement, tile_rows, vector_rows
from cnncalc.sheet.plan import Block, Name, Quantity, Sheet, Specification, Text, slices
from cnncalc.sheet.quantities import CHANGED, DRAWN_SUMS, WEIGHT_SUMS
from cnncalc.sheet.texts import sizes_said
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["INPUT", "PREDICTION", "Page", "network_pages", "network_sheets", "prediction_table"]

FIRST_COLUMN, WEIGHTS_COLUMN = 1, 6

WIDTHS = ((0, 20), (1, 130), (2, 130), (3, 130), (4, 220))

WEIGHTS_WIDTHS = ((6, 220), (7, 130), (8, 130), (9, 80))

_OF_WEIGHTS = (WEIGHT_SUMS, DRAWN_SUMS, CHANGED)


def prediction_table(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange the single numbers of a prediction below each other, and its columns side by side."""
    tables = [volume for volume in volumes if volume.quantity in _OF_WEIGHTS]
    single = [volume for volume in volumes if volume.height == 1 and volume not in tables]
    columns = [volume for volume in volumes if volume.height > 1 and volume not in tables]
    placed, texts = [], []
    for row, volume in enumerate(single, start=TOP):
        placed.append(_placed(volume, Place(sheet, row, FIRST_COLUMN + 1)))
        texts.append(Text(row, FIRST_COLUMN, volume.title, "label"))
        texts += [Text(row, FIRST_COLUMN + 2, said, "meaning") for said in volume.sentences]
    head = TOP + len(single) + 1
    for column, volume in enumerate(columns, start=FIRST_COLUMN):
        placed.append(_placed(volume, Place(sheet, head + 1, column)))
        texts.append(Text(head, column, volume.title, "heading"))
    for column, volume in enumerate(tables, start=WEIGHTS_COLUMN + 1):
        placed.append(_placed(volume, Place(sheet, head + 1, column)))
        texts.append(Text(head, column, volume.title, "heading"))
        for row, name in enumerate(volume.rows if any(volume.rows) else ()):
            texts.append(Text(head + 1 + row, WEIGHTS_COLUMN, name, "label"))
    bottom = head + 1 + max(volume.height for volume in (*columns, *tables))
    widths = (*WIDTHS, *(WEIGHTS_WIDTHS if tables else ()))
    return Arrangement(tuple(placed), tuple(texts), bottom, 0, widths)


def _placed(volume: Volume, place: Place) -> Placed:
    return Placed(volume, volume.items[0], place)


INPUT, PREDICTION = "Input", "Prediction"


@dataclass(frozen=True)
class Page:
    """What one sheet of a network shows.

    `name` is the sheet's; `title` heads it; `size` tells how the shapes and the parameters come
    about; `summary` says in a few sentences what is calculated; `output` is what the next layer
    reads, None for the prediction.
    """

    name: str
    title: str
    size: str
    summary: str
    volumes: tuple[Volume, ...]
    output: Quantity | None


def network_pages(specification: Specification) -> Iterator[Page]:
    """Yield the pages of a network in order.

    Raises ShapeError and OptionError for what a workbook can't show, naming the layer.

    >>> from cnncalc.layers import Flatten
    >>> network = Specification("", (Flatten(name="flatten"),), (2, 2, 3), "network")
    >>> [page.name for page in network_pages(network)]
    ['Input', 'flatten', 'Prediction']
    """
    shape, part = specification.input_shape, specification.part
    image = source = replace(image_source(shape, part), is_drawn=True)
    volume = image_volume(image, part)
    drawn: list[Volume] = []
    size = f"The image, {size_text(shape)}." if len(shape) == 3 else f"{shape[0]:,} numbers."
    size = part.said(0).strip() if part else size
    yield Page(INPUT, INPUT, size, volume.rule, (volume,), image.quantity)
    walked = drawn_layers(specification.layers, image, _drawn, part)
    for place, (layer, taken, volumes, source) in enumerate(walked, start=1):
        title = f"{layer.name} · {write_layer(replace(layer, name=''))}"
        shapes = [one.shape for one in taken.parts or (taken,)]
        said = sizes_said(layer, taken.shape, shapes)
        size = f"{part.said(place)}{said}" if part else said
        yield Page(layer.name, title, size, _summary(volumes), tuple(volumes), source.quantity)
        drawn += volumes
    last = prediction_volumes(specification, source, drawn)
    if last:
        says = "A number for each class, and the class of the largest."
        yield Page(PREDICTION, PREDICTION, says, says, tuple(last), None)


def _drawn(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws; an error names the layer."""
    try:
        return layer_volumes(layer, source)
    except (ShapeError, OptionError) as error:
        message = f"layer {layer.name}: {error}"
        raise type(error)(message) from error


def _summary(volumes: Sequence[Volume]) -> str:
    """Return the rules of a layer's results."""
    return " ".join(volume.rule for volume in volumes if volume.is_result)


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
    drawing = Drawing(tuple(placed for arrangement in arranged for placed in arrangement.placed))
    named = {pages[0].output: "image", _last_output(pages): "output"}
    links = _links(job.specification.layers, names)
    sheets = []
    for place, (page, arrangement) in enumerate(zip(pages, arranged, strict=True)):
        blocks = drawing.blocks(names[place])
        texts = (
            *_heading(page, arrangement, links[place]),
            *arrangement.texts,
            *_foot(page, arrangement, blocks),
        )
        defined = tuple(_names(blocks, named))
        look = (arrangement.cell, arrangement.widths, arrangement.frozen)
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


def _links(layers: Sequence[Layer], names: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Return the links of each sheet, a text and a sheet each: what it takes, and who takes it.

    The image stands first, then each layer; a prediction takes the last one's result.
    """
    taken = [(), *sources(layers), *[(len(layers) - 1,)] * (len(names) - 1 - len(layers))]
    before = [tuple(dict.fromkeys(place + 1 for place in places)) for places in taken]
    return [
        [
            *((f"← {names[source]}", names[source]) for source in places),
            *((f"{names[taker]} →", names[taker]) for taker in _taking(before, place)),
        ]
        for place, places in enumerate(before)
    ]


def _taking(before: Sequence[Sequence[int]], place: int) -> list[int]:
    return [taker for taker, places in enumerate(before) if place in places]


def _heading(
    page: Page, arrangement: Arrangement, links: Sequence[tuple[str, str]]
) -> Iterator[Text]:
    """Yield the title, the links to the contents and the sheets beside, and the sizes."""
    yield Text(0, 1, page.title, "title")
    for number, (text, name) in enumerate([("Contents", CONTENTS), *links]):
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
    volumes = page.volumes if page.name != PREDICTION else ()
    said = [f"{volume.title}: {sentence}" for volume in volumes for sentence in volume.sentences]
    widths = dict(arrangement.widths)
    last = max(block.column + block.width for block in blocks)
    pixels = sum(widths.get(column, arrangement.cell or COLUMN) for column in range(1, last))
    notes = sentences(said, arrangement.bottom + 1, 1, pixels)
    yield from notes
    yield from legend(arrangement.bottom + len(notes) + 2, 1, {block.role for block in blocks})


def _names(blocks: Sequence[Block], named: Mapping[Quantity | None, str]) -> Iterator[Name]:
    """Yield a defined name for each slice of the quantities that have one."""
    for quantity, name in named.items():
        found = [block for block in slices(blocks) if block.quantity == quantity]
        for number, block in enumerate(found[:MOST_NAMES]):
            text = f"{name}_{number}" if found[1:] else name
            yield Name(text, block.row, block.column, block.height, block.width)
