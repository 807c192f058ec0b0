"""The contents of a training: every block by its layer, with a link into each step's sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnncalc.views.workbook.annotations import Text
from cnncalc.views.workbook.layouts.drawing import Drawing
from cnncalc.views.workbook.layouts.furniture import ABOUT, CONTENTS, Job
from cnncalc.views.workbook.plan import Sheet
from cnncalc.views.workbook.references import address
from cnncalc.views.workbook.stages.volumes import Volume
from cnncalc.views.workbook.training.sections import Direction, Section

__all__ = ["FRONT", "contents"]

_WIDTHS = (170, 180, 620)
LINK_PIXELS = 64
# A sheet holds 65,530 links; of a longer training, the dashboard leads to the later steps.
MOST_LINKS = 60_000
_HEADS = ("Layer", "Block", "What is calculated", "In each step")
FRONT = "The constants, the loss and accuracy of each step, the first weights, the classes."
_ABOUT = "What this workbook is, its conventions, and how to check it."
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
    texts += [Text(2, column, head, "heading") for column, head in enumerate(_HEADS)]
    texts += [Text(3, 0, front, "link", front), Text(3, 2, FRONT, "wrapped")]
    lines = list(_lines(sections))
    linked = steps[: MOST_LINKS // len(lines)]
    for row, (direction, volume) in enumerate(lines, start=4):
        texts += _line(row, direction, volume)
        texts += _links(row, volume, drawing, linked)
    row = 5 + len(lines)
    texts += [Text(row, 0, ABOUT, "link", ABOUT), Text(row, 2, _ABOUT, "wrapped")]
    links = ((3 + place, LINK_PIXELS) for place in range(len(linked)))
    sheet = Sheet(CONTENTS, job.title, "", job.number, texts=tuple(texts), cell=0, pages=0)
    return replace(sheet, widths=(*enumerate(_WIDTHS), *links), frozen=(3, 0))


def _lines(sections: Sequence[Section]) -> Iterator[tuple[Direction, Volume]]:
    """Yield what a step has, each once: of its samples, the first one's; backward from the end."""
    for section in sections:
        is_backward = section.direction == "backward"
        for band in reversed(section.bands) if is_backward else section.bands:
            for volume in band:
                if not volume.quantity.sample:
                    yield section.direction, volume


def _line(row: int, direction: Direction, volume: Volume) -> Iterator[Text]:
    yield Text(row, 0, volume.layer, "label")
    yield Text(row, 1, f"{_ARROWS[direction]}{_words(volume)}", direction)
    yield Text(row, 2, " ".join(volume.notes), "wrapped")


def _links(row: int, volume: Volume, drawing: Drawing, steps: Sequence[str]) -> Iterator[Text]:
    """Yield a link to the block in each step; a smaller batch may need no partial sums."""
    index = volume.items[0].index
    for place, name in enumerate(steps):
        found = drawing.places.get((volume.quantity._replace(step=place + 1), index))
        if found:
            cell = address(found.row, found.column)
            yield Text(row, 3 + place, name, "link", found.sheet, cell)


def _words(volume: Volume) -> str:
    """Return what a block is called, and of weights, which of a layer's it shows."""
    name = volume.quantity.name.partition(" ")[0]
    is_weight = volume.quantity.kind in ("weight", "update")
    is_said = name.replace("_", " ") in volume.group.lower()
    return f"{volume.group} · {name}" if is_weight and not is_said else volume.group
