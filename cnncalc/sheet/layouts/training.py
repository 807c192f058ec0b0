"""The sheets of a training: the dashboard, the contents, and one for each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import ceil

from cnncalc.network import walk
from cnncalc.notation import write_layer
from cnncalc.sheet.annotations import Area, Text
from cnncalc.sheet.layouts.dashboard import Dashboard, dashboard
from cnncalc.sheet.layouts.drawing import Drawing
from cnncalc.sheet.layouts.sheet_parts import ABOUT, ABOUT_SUMMARY, CONTENTS, Job, legend
from cnncalc.sheet.layouts.step import Arranged, Head, arrange
from cnncalc.sheet.layouts.step_pages import CELL, ROW
from cnncalc.sheet.plan import Role, Sheet, Specification
from cnncalc.sheet.references import address
from cnncalc.sheet.training.passes import network_pass
from cnncalc.sheet.training.sections import Direction, Section, step_sections
from cnncalc.sheet.training.settings import entries
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.volumes import Volume
from cnncalc.training.metrics import class_count

__all__ = ["FRONT", "contents", "training_sheets"]

# Of a line's layer, block and sentence.
_WIDTHS = (150, 230, 590)
LINK_PIXELS = 64
# The rows of the contents before its first line.
CONTENTS_TOP = 3
# The pixels of a row, of a wrapped line more than one, and of a character; and the rows' pixels
# that both A4 and Letter in landscape have room for where these columns fill them.
_CONTENTS_ROW, _LINE, _CHARACTER, _CONTENTS_PAGE = 20, 17, 6.5, 700
# A sheet holds 65,530 links; of a longer training, the dashboard leads to the later steps.
MOST_CONTENT_LINKS = 60_000

_HEADS = ("Layer", "Block", "What is calculated", "In each step")

FRONT = "The constants, the loss and accuracy of each step, the first weights, the classes."

_SAMPLES = (
    "Of what each sample has of its own, the links lead to sample 0; above each step's cells there "
    "are links to the others."
)

_ARROWS: dict[Direction, str] = {"weights": "", "forward": "→ ", "backward": "← "}


def contents(
    job: Job, sections: Sequence[Section], drawing: Drawing, front: str, steps: Sequence[str]
) -> Sheet:
    """Return the contents: a line for each block of a step, a link to it for each step.

    Of what each sample has of its own, the links lead to the first sample's.

    Arguments: the job; the `sections` of the first step; where all slices stand; the names of the
    dashboard and of the sheets of the `steps`.
    """
    texts = [Text(0, 0, job.title, "title"), Text(1, 0, _SAMPLES)]
    texts += [Text(CONTENTS_TOP - 1, column, head, "heading") for column, head in enumerate(_HEADS)]
    texts += [Text(CONTENTS_TOP, 0, front, "link", front), Text(CONTENTS_TOP, 2, FRONT, "wrapped")]
    lines = list(_lines(sections))
    linked = steps[: MOST_CONTENT_LINKS // len(lines)]
    for row, (direction, volume) in enumerate(lines, start=CONTENTS_TOP + 1):
        texts += _line(row, direction, volume)
        texts += _content_links(row, volume, drawing, linked)
    row = CONTENTS_TOP + 2 + len(lines)
    texts += [Text(row, 0, ABOUT, "link", ABOUT), Text(row, 2, ABOUT_SUMMARY, "wrapped")]
    links = ((3 + place, LINK_PIXELS) for place in range(len(linked)))
    sheet = Sheet(CONTENTS, job.title, "", job.number, texts=tuple(texts), cell=0)
    areas = tuple(_contents_pages(texts))
    widths = (*enumerate(_WIDTHS), *links)
    return replace(sheet, widths=widths, frozen=(CONTENTS_TOP, 0), areas=areas)


def _contents_pages(texts: Sequence[Text]) -> Iterator[Area]:
    """Yield what is printed of the contents, page by page: all but the links to steps."""
    long = {text.row: len(text.text) for text in texts if text.style == "wrapped"}
    first, height = CONTENTS_TOP, 0
    last = max(long)
    for row in range(CONTENTS_TOP, last + 1):
        lines = max(1, ceil(long.get(row, 0) * _CHARACTER / _WIDTHS[-1]))
        height += _CONTENTS_ROW + (lines - 1) * _LINE
        if height > _CONTENTS_PAGE:
            yield Area(first, 0, row - first, len(_WIDTHS))
            first, height = row, _CONTENTS_ROW + (lines - 1) * _LINE
    yield Area(first, 0, last + 1 - first, len(_WIDTHS))


def _lines(sections: Sequence[Section]) -> Iterator[tuple[Direction, Volume]]:
    """Yield what a step has, each once: of its samples, the first one's; backward from the end."""
    for section in sections:
        is_backward = section.direction == "backward"
        for volumes in reversed(section.by_layer) if is_backward else section.by_layer:
            for volume in volumes:
                if not volume.quantity.sample:
                    yield section.direction, volume


def _line(row: int, direction: Direction, volume: Volume) -> Iterator[Text]:
    yield Text(row, 0, volume.layer, "label")
    # What a title tells of its formula, the sentence beside it says.
    title = volume.full_title.partition(":")[0]
    yield Text(row, 1, f"{_ARROWS[direction]}{title}", direction)
    yield Text(row, 2, " ".join(volume.sentences), "wrapped")


def _content_links(
    row: int, volume: Volume, drawing: Drawing, steps: Sequence[str]
) -> Iterator[Text]:
    """Yield a link to the block in each step; a smaller batch may need no partial sums."""
    index = volume.items[0].index
    for place, name in enumerate(steps):
        found = drawing.places.get((volume.quantity._replace(step=place + 1), index))
        if found:
            cell = address(found.row, found.column)
            yield Text(row, 3 + place, name, "link", found.sheet, cell)


DASHBOARD = "Dashboard"
# The pixels of the dashboard's cells.
BOARD_CELL, BOARD_ROW = 48, 20
# What the dashboard's legend tells, for the steps, too, whose own isn't printed.
_ROLES: tuple[Role, ...] = ("pixels", "weights", "choice", "padding", "formula")
# The rows above a step's first section: title, links to sheets and to sections, how to read it.
TOP = 4
# From one link to the next, in columns.
LINK = 3

MOST_LINKS = 12
# How many pixels wide a sheet shows on a screen, and the percentage at which it can still be read.
SCREEN, LEAST_ZOOM = 1840, 65

_READING = (
    "Read from left to right, line by line, as it is calculated: forward → (green) from the image "
    "to the loss, backward ← (orange) from the loss to the first layer."
)


def training_sheets(job: Job, training: TrainingSpecification) -> list[Sheet]:
    """Return the sheets of a training.

    Raises OptionError, ShapeError for what no workbook can show, naming the layer.
    """
    specification = job.specification
    front = job.take_name(DASHBOARD)
    names = [job.take_name(f"Step {step + 1}") for step in range(len(training.batches))]
    passes = {
        count: network_pass(specification, count) for count in {len(b) for b in training.batches}
    }
    sections = [
        list(step_sections(training, passes[len(batch)], step))
        for step, batch in enumerate(training.batches, start=1)
    ]
    heads = list(_heads(specification))
    arranged = [
        arrange(name, parts, heads, TOP) for name, parts in zip(names, sections, strict=True)
    ]
    first = passes[len(training.batches[0])]
    board = dashboard(front, training, first, names, specification.note)
    steps = tuple(placed for shown in arranged for placed in shown.placed)
    drawing = Drawing((*board.placed, *steps))
    sheets = [
        _dashboard_sheet(job, front, board, drawing, names),
        contents(job, sections[0], drawing, front, names),
        *(
            _step_sheet(job, (front, *names), step, shown, drawing)
            for step, shown in enumerate(zip(arranged, sections, strict=True), start=1)
        ),
    ]
    classes = _classes(specification)
    return [replace(sheet, entries=tuple(entries(sheet.blocks, classes))) for sheet in sheets]


def _classes(specification: Specification) -> int:
    *_, (last, shape) = walk(specification.layers, specification.input_shape)
    return class_count(last.output_shape(shape))


def _dashboard_sheet(
    job: Job, name: str, board: Dashboard, drawing: Drawing, steps: Sequence[str]
) -> Sheet:
    title = f"{job.title} · {_course(job.specification)}"
    links = [(CONTENTS, CONTENTS), *((step, step) for step in steps[:MOST_LINKS])]
    blocks = drawing.blocks(name)
    texts = (
        Text(0, 1, title, "title"),
        *_links(links),
        *board.texts,
        *legend(board.bottom, 1, _ROLES),
    )
    sheet = Sheet(name, title, FRONT, job.number, blocks, texts, cell=BOARD_CELL, row=BOARD_ROW)
    return replace(sheet, charts=board.charts, matches=board.matches, frozen=(2, 0))


def _course(specification: Specification) -> str:
    training = specification.training
    steps = len(training.batches) if training else 0
    return f"{steps} {'step' if steps == 1 else 'steps'} of training"


def _links(links: Sequence[tuple[str, str]]) -> Iterator[Text]:
    for number, (text, sheet) in enumerate(links):
        yield Text(1, 1 + number * LINK, text, "link", sheet)


def _step_sheet(
    job: Job,
    names: Sequence[str],
    step: int,
    shown: tuple[Arranged, Sequence[Section]],
    drawing: Drawing,
) -> Sheet:
    """Return the sheet of one step; `names` are the dashboard's and those of all steps."""
    name, (arranged, sections) = names[step], shown
    blocks = drawing.blocks(name)
    last = len(names) - 1
    links = [(DASHBOARD, names[0]), (CONTENTS, CONTENTS)]
    links += [(f"← {names[step - 1]}", names[step - 1])] if step > 1 else []
    links += [(f"{names[step + 1]} →", names[step + 1])] if step < last else []
    title = f"{name} of {last}"
    texts = (
        Text(0, 1, title, "title"),
        *_links(links),
        *_section_links(name, sections, arranged.rows),
        Text(3, 1, _READING),
        *arranged.texts,
        *legend(arranged.bottom, 1, {block.role for block in blocks}),
    )
    summary = "Each sample forward and backward, the gradients of the weights, their update."
    sheet = Sheet(name, title, summary, job.number, blocks, texts, cell=CELL, row=ROW)
    zoom = _zoom(arranged.columns)
    return replace(sheet, header=job.title, frozen=(TOP, 0), zoom=zoom, areas=arranged.areas)


def _section_links(sheet: str, sections: Sequence[Section], rows: Sequence[int]) -> Iterator[Text]:
    """Yield links to what all samples have in common, then to each sample forward and backward."""
    samples, column = [], 1
    for section, row in zip(sections, rows, strict=True):
        link = partial(Text, text=section.link, style="link", link=sheet, cell=address(row, 1))
        if section.sample is not None:
            samples.append(link)
        else:
            yield link(2, column)
            column += 2
    yield Text(2, column, "Samples:", "label")
    yield from (link(2, column + 2 + place) for place, link in enumerate(samples))


def _zoom(columns: int) -> int:
    """Return at how many percent so many columns fit a screen, as far as they can be read."""
    return max(LEAST_ZOOM, min(100, 100 * SCREEN // (columns * CELL)))


def _heads(specification: Specification) -> Iterator[Head]:
    """Yield what stands above the columns of the image, each layer and the loss."""
    yield Head("image")
    for layer in specification.layers:
        yield Head(layer.name, write_layer(replace(layer, name="")))
    yield Head(specification.training.loss if specification.training else "")
