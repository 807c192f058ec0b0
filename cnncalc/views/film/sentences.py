"""The line that says how the number of a scene came about, with the numbers in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.network import Array
from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import Values
from cnncalc.sheet.scenes import CellFormula, Region, Scene, cell_formula
from cnncalc.views.numbers import format_number
from cnncalc.views.slice_cells import slice_cells

__all__ = [
    "CellNumbers",
    "Product",
    "number_text",
    "scene_heading",
    "scene_sentence",
    "single_product",
]

_PLACE = re.compile(r"\{(\d+)\}")
_PRODUCTS = re.compile(r"SUMPRODUCT\(\{(\d+)\},\{(\d+)\}\)")
_SUM = re.compile(r"SUM\(\{(\d+)\}\)")
_FUNCTION = re.compile(r"[A-Z]+(?=\()")
# What these do is said better in the words of the stage's rule; a copy says nothing.
_TECHNICAL = re.compile(r"IF\(|MATCH|INDEX|NPV|ABS|[<>=]|SUMPRODUCT\(\(|\{\{|^\{0\}$")
_SIGNS = {"*": "×", "+": " + ", "/": " / ", ",": ", ", "-": "−"}
_SIGN = re.compile("[*+/,-]")
# Between two numbers, and not before one.
_MINUS = re.compile(r"(?<=[\0\d)])-")


@dataclass(frozen=True, eq=False)
class CellNumbers:
    """A `flow`, and what the cells of each of its slices hold: (height, width), NaN for nothing."""

    flow: Flow
    slices: Sequence[Array]

    @classmethod
    def of(cls, flow: Flow, values: Values) -> CellNumbers:
        """Return the numbers of a flow, of which `values` has the quantities."""
        return cls(flow, tuple(slice_cells(part, values) for part in flow.slices))

    def read(self, region: Region) -> Array:
        """Return what a rectangle of a slice's cells holds."""
        rows = slice(region.row, region.row + region.height)
        columns = slice(region.column, region.column + region.width)
        found: Array = self.slices[region.slice][rows, columns]
        return found

    def formula(self, scene: Scene) -> CellFormula | None:
        """Return the formula of the cell that a scene explains."""
        return cell_formula(self.flow.slices[scene.slices[-1]], scene.row, scene.column)

    def stage_of(self, number: int) -> int:
        """Return the number of the stage that a slice belongs to."""
        return next(
            stage.number
            for stage in self.flow.stages
            for part in stage.slices
            if part.number == number
        )

    def result(self, scene: Scene) -> object:
        """Return what the cell that a scene explains holds."""
        held: object = self.slices[scene.slices[-1]][scene.row, scene.column]
        return held


def number_text(value: object) -> str:
    """Return what a cell holds as a text, empty for nothing.

    >>> number_text(-0.25), number_text(float("nan"))
    ('−0.25', '')
    """
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    if np.isnan(number):
        return ""
    return format_number(number, significant=True).replace("-", "−")


def scene_heading(numbers: CellNumbers, scene: Scene) -> str:
    """Return what a scene shows: its stage, its layer, and where in it."""
    stage = numbers.flow.stages[scene.stage]
    part = numbers.flow.slices[scene.slices[-1]]
    column = numbers.flow.columns[stage.column].name
    names = [stage.volume.full_title, column * (column != stage.volume.full_title)]
    if scene.is_cell:
        place = f"({scene.row}, {scene.column})"
        names.append(", ".join(filter(None, (place, part.item.caption))))
    elif len(scene.slices) == 1 and part.item.caption:
        names.append(part.item.caption)
    return " · ".join(filter(None, names))


def scene_sentence(numbers: CellNumbers, scene: Scene, most: int) -> str:
    """Return how the number of a scene came about, such as 792 = 121×1 + 75×0 + … + 235×1.

    Arguments: all `numbers`; the `scene`; how many signs there is room for at `most`. What is no
    single cell, and what is no arithmetic, is told by its stage's rule.
    """
    rule = numbers.flow.stages[scene.stage].volume.rule
    found = numbers.formula(scene) if scene.is_cell else None
    if found is None or _TECHNICAL.search(found.template):
        return _shortened(rule, most)
    held = [numbers.read(region).ravel().tolist() for region in found.regions]
    result = number_text(numbers.result(scene))
    longest = max(map(len, held), default=1)
    for terms in (longest, *range(min(longest, most // 2), 0, -1)):
        text = f"{result} = {_written(found.template, held, terms)}"
        if len(text) <= most:
            return text
    return _shortened(rule, most)


@dataclass(frozen=True, eq=False)
class Product:
    """What is multiplied number by number and summed: two regions, and their `values`."""

    regions: tuple[Region, Region]
    values: tuple[Array, Array]


def single_product(numbers: CellNumbers, scene: Scene) -> Product | None:
    """Return the window and the weights of a scene whose number is the sum of their products."""
    found = numbers.formula(scene) if scene.is_cell else None
    if found is None or not _PRODUCTS.fullmatch(found.template):
        return None
    first, second = found.regions
    values = numbers.read(first), numbers.read(second)
    return Product((first, second), values) if values[0].shape == values[1].shape else None


def _written(template: str, held: Sequence[Sequence[object]], terms: int) -> str:
    """Return a formula with numbers in its places, at most so many `terms` of each."""
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\0{len(kept) - 1}\0"

    def products(found: re.Match[str]) -> str:
        pairs = zip(held[int(found[1])], held[int(found[2])], strict=True)
        return keep(" + ".join(_few([f"{_factor(a)}×{_factor(b)}" for a, b in pairs], terms)))

    def total(found: re.Match[str]) -> str:
        return keep(" + ".join(_few(list(map(_factor, held[int(found[1])])), terms)))

    def listed(found: re.Match[str]) -> str:
        numbers = held[int(found[1])]
        texts = list(map(number_text if len(numbers) > 1 else _factor, numbers))
        return keep(", ".join(_few([text for text in texts if text], terms)))

    text = _PLACE.sub(listed, _SUM.sub(total, _PRODUCTS.sub(products, template)))
    text = _FUNCTION.sub(lambda name: name[0].lower(), text)
    text = _MINUS.sub(" − ", text)
    text = _SIGN.sub(lambda sign: _SIGNS[sign[0]], text)
    return re.sub("\0(\\d+)\0", lambda place: kept[int(place[1])], text)


def _factor(value: object) -> str:
    text = number_text(value)
    return f"({text})" if text.startswith("−") else text


def _few(texts: list[str], most: int) -> list[str]:
    """Return the first texts and the last one, where there are too many."""
    if len(texts) <= most:
        return texts
    return [*texts[: max(1, most - 1)], "…", *([texts[-1]] if most > 1 else [])]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
