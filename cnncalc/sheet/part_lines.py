"""Which part of a network is shown, as lines of text, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cnncalc.errors import InputError
from cnncalc.part.structure import Part, Shown

__all__ = ["part_lines", "read_part"]

_PART, _SHOWN = "Part", "Shown of the whole network"
_LINE = re.compile(r"(.+): ([\d, -]+(?:; [\d, -]+)*) of (\d+(?:×\d+)*)")


def part_lines(part: Part) -> list[tuple[str, str]]:
    """Return a part as lines, a key and a text each.

    >>> shown = Shown("conv", (9, 9, 4), ((2, 3), (5,), (0, 2, 3)))
    >>> part_lines(Part("conv", (2, 5, 0), (shown,)))[1]
    ('Shown of the whole network', 'conv: 2-3; 5; 0, 2-3 of 9×9×4')
    """
    at = ",".join(map(str, part.at))
    return [
        (_PART, f"{part.layer} at {at}"),
        (_SHOWN, " | ".join(map(_written, part.shown))),
    ]


def _written(shown: Shown) -> str:
    box = "; ".join(", ".join(_spans(indices)) for indices in shown.box)
    return f"{shown.name}: {box} of {'×'.join(map(str, shown.shape))}"


def _spans(indices: Sequence[int]) -> Iterator[str]:
    """Yield numbers that go up as spans of those that follow each other."""
    first = last = indices[0]
    for index in (*indices[1:], -1):
        if index != last + 1:
            yield str(first) if first == last else f"{first}-{last}"
            first = index
        last = index


def read_part(record: Mapping[str, str], where: str) -> Part | None:
    """Return the part that lines tell of, by their keys; None where they tell of none.

    Raises InputError for lines that are not as cnncalc wrote them.
    """
    if _PART not in record:
        return None
    layer, _, at = record[_PART].rpartition(" at ")
    shown = [_read(text) for text in record.get(_SHOWN, "").split(" | ")]
    place = re.fullmatch(r"\d{1,9}(,\d{1,9})*", at)
    known = tuple(one for one in shown if one is not None)
    if place is None or len(known) != len(shown):
        message = (
            f"the part on {where} must be as cnncalc wrote it. Received: {record[_PART][:40]!r}"
        )
        raise InputError(message)
    return Part(layer, tuple(map(int, at.split(","))), known)


def _read(text: str) -> Shown | None:
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    name, box, shape = found.groups()
    sizes = tuple(map(int, shape.split("×")))
    indices = tuple(
        tuple(_numbers(way, size)) for way, size in zip(box.split("; "), sizes, strict=False)
    )
    fits = len(box.split("; ")) == len(sizes) and all(indices)
    return Shown(name, sizes, indices) if fits else None


def _numbers(text: str, size: int) -> list[int]:
    """Return the numbers of spans; none of spans that don't go up below a size."""
    found: list[int] = []
    for span in text.split(", "):
        first, _, last = span.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            return []
        start, end = int(first), int(last or first)
        if end >= size or start > end or (found and start <= found[-1]):
            return []
        found += range(start, end + 1)
    return found
