"""The contents of a training: every block by its layer, with a link into each step's sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.views.workbook.annotations import Text
from cnncalc.views.workbook.layouts.drawing import Drawing
from cnncalc.views.workbook.layouts.furniture import ABOUT, CONTENTS, Job
from cnncalc.views.workbook.plan import Sheet
from cnncalc.views.workbook.references import address
from cnncalc.views.workbook.stages.volumes import Volume
from cnncalc.views.workbook.training.sections import Direction, Section

__all__ = ["contents"]

_WIDTHS = (170, 180, 620)
LINK_PIXELS = 64
_ABOUT = "What this workbook is, its conventions, and how to check it."
_ARROWS: dict[Direction, str] = {"weights": "", "forward": "→ ", "backward": "← "}


def contents(
    job: Job,
    sections: Sequence[Sequence[Section]],
    drawing: Drawing,
    front: str,
    steps: Sequence[str],
) -> Sheet:
    """Return the contents: a line for each block of a step, a link to it for each step.

    Of what each sample has of its own, the links lead to the first sample's.
    """
    texts = [Text(0, 0, job.title, "title"), *_heads(steps)]
    texts += [Text(3, 0, front, "link", front), Text(3, 2, _FRONT, "wrapped")]
    row = 4
    for lines in zip(*map(_lines, sections), strict=True):
        direction, layer, first = lines[0]
        texts.append(Text(row, 0, layer, "label"))
        texts.append(Text(row, 1, f"{_ARROWS[direction]}{_words(first)}", direction))
        texts.append(Text(row, 2, " ".join(first.notes), "wrapped"))
        for place, (_, _, volume) in enumerate(lines):
            found = drawing.places[volume.quantity, volume.items[0].index]
            cell = address(found.row, found.column)
            texts.append(Text(row, 3 + place, steps[place], "link", found.sheet, cell))
        row += 1
    texts += [Text(row + 1, 0, ABOUT, "link", ABOUT), Text(row + 1, 2, _ABOUT, "wrapped")]
    widths = (*enumerate(_WIDTHS), *((3 + place, LINK_PIXELS) for place in range(len(steps))))
    return Sheet(
        *(CONTENTS, job.title, "", job.number),
        texts=tuple(texts),
        cell=0,
        widths=widths,
        frozen=(3, 0),
        pages=0,
    )


_FRONT = "The constants, the loss and accuracy of each step, the first weights, the classes."


def _heads(steps: Sequence[str]) -> Iterator[Text]:
    heads = ("Layer", "Block", "What is calculated", "In each step")
    for column, head in enumerate(heads):
        yield Text(2, column, head, "heading")


def _words(volume: Volume) -> str:
    """Return what a block is called, and of weights, which of a layer's it shows."""
    name = volume.quantity.name.partition(" ")[0]
    is_weight = volume.quantity.kind in ("weight", "update")
    return f"{volume.group} · {name}" if is_weight else volume.group


def _lines(sections: Sequence[Section]) -> Iterator[tuple[Direction, str, Volume]]:
    """Yield what a step has, each once: of its samples, the first one's."""
    for section in sections:
        for band in section.bands:
            for volume in band:
                if not volume.quantity.sample:
                    yield section.direction, volume.layer, volume
