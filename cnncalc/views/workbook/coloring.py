"""The colours that cells take on: by their numbers, as on page and film, and by marks.

A stage has one scale for all its slices on a sheet, of as few conditional formats as can be: of
thousands a spreadsheet becomes slow. Its ends follow the numbers when a weight is typed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.plan import Quantity, Sheet, Specification, StageScale, Values
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.references import address
from cnncalc.sheet.scales import QuantityScales
from cnncalc.views.colors import ScaleKind, fitted_scale, image_scale, stops
from cnncalc.views.workbook.look import Formats
from cnncalc.views.workbook.rectangles import Crowd, Rectangle, bunches

__all__ = [
    "Coloring",
    "color_answers",
    "color_matches",
    "color_numbers",
    "sequential_scale",
    "signed_scale",
]

# The lighter half of page and film's scales: on their dark ends black digits can't be read.
_LOW, _HIGH = stops(ScaleKind.SEQUENTIAL, "light")[:3:2]
_BELOW, _ZERO, _ABOVE = stops(ScaleKind.SIGNED, "light")[1:4]
# Pixels are as they look; this share of white is the grey on which white digits are as easy to
# read as black ones.
_BLACK, _WHITE = stops(ScaleKind.PIXELS, "light")
_MIDDLE_GREY = 0.46

# An end where all numbers are 0, and are to look so. Not every program reads an exponent.
_LEAST = "1/10^300"
# A formula has up to 255 arguments and 8,192 characters, and names each range twice at most.
# The addresses of a rule's cells have no such limit, but programs that read them in pieces do.
_MOST_RANGES, _MOST_CHARACTERS = 250, 3_900

Rule = Mapping[str, Any]


def signed_scale(*ranges: str) -> Rule:
    """Return the scale of numbers of two signs: blue below 0, white at it, orange above.

    Arguments: the addresses of the cells, with dollar signs. Its ends are as far from 0 as the
    number that is farthest.

    >>> signed_scale("$A$1:$B$2", "$D$1:$E$2")["max_value"]
    '=MAX(MAX($A$1:$B$2,$D$1:$E$2),-MIN($A$1:$B$2,$D$1:$E$2),1/10^300)'
    """
    cells = ",".join(ranges)
    farthest = f"MAX(MAX({cells}),-MIN({cells}),{_LEAST})"
    return {
        "type": "3_color_scale",
        "min_color": _BELOW,
        "mid_color": _ZERO,
        "max_color": _ABOVE,
        "min_type": "formula",
        "mid_type": "num",
        "max_type": "formula",
        "min_value": f"=-{farthest}",
        "mid_value": 0,
        "max_value": f"={farthest}",
    }


def sequential_scale(*ranges: str, begins_with_0: bool = True) -> Rule:
    """Return the scale of numbers that are never negative, light to dark green.

    Arguments: the addresses of the cells, with dollar signs; whether it begins with 0 or with the
    least of the numbers. It ends at the largest.
    """
    end = {"max_type": "formula", "max_value": f"=MAX({','.join(ranges)},{_LEAST})"}
    begin = {"min_type": "num", "min_value": 0} if begins_with_0 else {"min_type": "min"}
    return {"type": "2_color_scale", "min_color": _LOW, "max_color": _HIGH, **begin, **end}


def _fixed_scale(colors: tuple[str, str], highest: float) -> Rule:
    low, high = colors
    return {
        "type": "2_color_scale",
        "min_color": low,
        "min_type": "num",
        "min_value": 0,
        "max_color": high,
        "max_type": "num",
        "max_value": highest,
    }


class Coloring(NamedTuple):
    """What the numbers of a calculation look like: `scales`, and the `highest` level of pixels."""

    scales: QuantityScales
    highest: float

    @classmethod
    def of(
        cls, specification: Specification, values: Values, *, is_article: bool = False
    ) -> Coloring:
        """Return a calculation's colours.

        Arguments: the calculation; its `values`; whether its image is a grid of the article's.
        """
        # Where there is no image, it is as if it were black.
        found = (np.ravel(values[key]) for key in values if _of_all_samples(key) == IMAGE)
        pixels = np.concatenate([np.zeros(1), *found])
        scales = QuantityScales.of(specification, range_of_numbers(pixels), is_article=is_article)
        return cls(scales, image_scale(pixels, is_article=is_article).high)


def _of_all_samples(quantity: Quantity) -> Quantity:
    return quantity._replace(step=None, sample=None)


def color_numbers(
    worksheet: Any, sheet: Sheet, values: Values, coloring: Coloring, formats: Formats
) -> None:
    """Colour pixels and results by their numbers, each stage on one scale for all its slices.

    Weights keep the colour of what may be typed over. Samples share a scale, too.
    """
    crowd = Crowd(sheet.blocks)
    for stage in _stages(sheet, coloring.scales):
        around = crowd.rectangles([*stage.places, *stage.padding])
        bunch, *more = bunches(around, _MOST_RANGES, _MOST_CHARACTERS)
        for colored in bunches(crowd.rectangles(stage.places), _MOST_RANGES, _MOST_CHARACTERS):
            # More than a formula can name have ends of their own, bunch by bunch.
            cells = [each.address(fixed=True) for each in (colored if more else bunch)]
            _apply(worksheet, colored, _scale_of(stage, cells, sheet, values, coloring))
        if stage.scale is StageScale.PIXELS:
            _color_digits(worksheet, sheet, stage, coloring.highest, formats)


class _Stage(NamedTuple):
    """A quantity of all samples on a sheet: the places of its blocks, and of those around them."""

    scale: StageScale
    places: list[int]
    padding: list[int]


def _stages(sheet: Sheet, scales: QuantityScales) -> Iterator[_Stage]:
    """Yield what has colours on a sheet."""
    found: dict[tuple[Quantity, StageScale | None], _Stage] = {}
    for place, block in enumerate(sheet.blocks):
        key = (_of_all_samples(block.quantity), block.scale)
        if key not in found:
            found[key] = _Stage(scales.scale(block.quantity, block.scale), [], [])
        if block.role in ("pixels", "formula"):
            found[key].places.append(place)
        elif block.role == "padding":
            found[key].padding.append(place)
    for stage in found.values():
        if stage.places and stage.scale is not StageScale.NONE:
            yield stage


def _scale_of(
    stage: _Stage, cells: Sequence[str], sheet: Sheet, values: Values, coloring: Coloring
) -> Rule:
    match stage.scale:
        case StageScale.SIGNED:
            return signed_scale(*cells)
        case StageScale.SEQUENTIAL:
            slices = [np.ravel(sheet.blocks[place].slice(values)) for place in stage.places]
            fitted = fitted_scale(np.concatenate(slices), is_signed=False)
            begins_with_0 = fitted.kind is ScaleKind.NEUTRAL or fitted.low == 0
            return sequential_scale(*cells, begins_with_0=begins_with_0)
        case StageScale.SHARE:
            return _fixed_scale((_LOW, _HIGH), 1)
        case StageScale.ARTICLE:
            return _fixed_scale((_LOW, _HIGH), coloring.highest)
        case StageScale.PIXELS:
            return _fixed_scale((_BLACK, _WHITE), coloring.highest)
    message = f"a stage must have colours here. Received: {stage.scale}"
    raise TypeError(message)


def _color_digits(
    worksheet: Any, sheet: Sheet, stage: _Stage, highest: float, formats: Formats
) -> None:
    """Write digits white on dark pixels, black on light ones."""
    # Empty cells between the blocks would count as 0.
    exact = [Rectangle.of(sheet.blocks[place]) for place in stage.places]
    middle = f"{highest * _MIDDLE_GREY:.15G}"
    for colored in bunches(exact, _MOST_RANGES, _MOST_CHARACTERS):
        for criteria, is_dark in (("<", True), (">=", False)):
            rule = {"type": "cell", "criteria": criteria, "value": middle}
            _apply(worksheet, colored, {**rule, "format": formats.pixel(is_dark=is_dark)})


def _apply(worksheet: Any, colored: Sequence[Rectangle], rule: Rule) -> None:
    """Let a rule hold in all rectangles: one rule, however many they are."""
    several = {"multi_range": " ".join(each.address() for each in colored)} if colored[1:] else {}
    worksheet.conditional_format(*colored[0], {**rule, **several})


def color_answers(worksheet: Any, sheet: Sheet, formats: Formats) -> None:
    """Turn each answer of a worksheet green or red, by its mark."""
    answers = [block for block in sheet.blocks if sheet.marks and block.role == "answer"]
    for block in answers:
        mark = block.moved(0, sheet.marks).address(0, 0)
        for value, is_right in ((1, True), (-1, False)):
            rule = {"type": "formula", "criteria": f"={mark}={value}"}
            options = rule | {"format": formats.mark(right=is_right)}
            _apply(worksheet, [Rectangle.of(block)], options)


def color_matches(worksheet: Any, sheet: Sheet, formats: Formats) -> None:
    """Turn what equals another cell of its row green."""
    for match in sheet.matches:
        cell, other = (address(match.row, match.column + over) for over in (0, match.across))
        # Where there is nothing, there is nothing to compare.
        criteria = f"=IF(ISNUMBER({cell}),{cell}={other})"
        rule = {"type": "formula", "criteria": criteria, "format": formats.mark(right=True)}
        bottom, right = match.row + match.height - 1, match.column + match.width - 1
        worksheet.conditional_format(match.row, match.column, bottom, right, rule)
