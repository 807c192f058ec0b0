"""The line that says how a number came about, with the numbers in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

from cnncalc.network import Array
from cnncalc.sheet.scenes import CellFormula, Region
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.moments import Moment
from cnncalc.views.numbers import format_number

__all__ = ["Product", "cell_product", "cell_sentence", "moment_heading", "number_text"]

_PLACE = re.compile(r"\{(\d+)\}")
_PRODUCTS = re.compile(r"SUMPRODUCT\(\{(\d+)\},\{(\d+)\}\)")
_SUM = re.compile(r"SUM\(\{(\d+)\}\)")
_FUNCTION = re.compile(r"[A-Z]+(?=\()")
# What these do is said better in the words of the stage's rule.
_TECHNICAL = re.compile(r"IF\(|MATCH|INDEX|NPV|ABS|[<>=]|SUMPRODUCT\(\(|\{\{")
_COPY = "{0}"
_SIGNS = {"*": "×", "+": " + ", "/": " / ", ",": ", ", "-": "−"}
_SIGN = re.compile("[*+/,-]")
# Between two numbers, and not before one.
_MINUS = re.compile(r"(?<=[\0\d)])-")
_KEPT = re.compile("\0(\\d+)\0")
_CALL = re.compile(r"[a-z]+\([^()]*\)")
# What stands between these needs no parentheses; a sum needs none between more.
_BEFORE, _AFTER = ("", "(", ","), ("", ")", ",")
_BEFORE_SUM, _AFTER_SUM = (*_BEFORE, "+"), (*_AFTER, "+", "-")
_MOST_NESTED = 2


@dataclass(frozen=True, eq=False)
class Product:
    """What is multiplied number by number and summed: two regions, their `values`, the `total`."""

    regions: tuple[Region, Region]
    values: tuple[Array, Array]
    total: object


def number_text(value: object) -> str:
    """Return what a cell holds as a text, empty for nothing.

    >>> number_text(-0.25), number_text(float("nan"))
    ('−0.25', '')
    """
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return "" if isnan(number) else format_number(number, significant=True).replace("-", "−")


def moment_heading(cells: FlowCells, moment: Moment) -> str:
    """Return what a moment shows: its stage, its layer, and where in it.

    >>> from cnncalc import calculate
    >>> from cnncalc.tasks.flows import trace_flow
    >>> from cnncalc.views.film.moments import make_moments
    >>> trace = calculate("article:6x6", "edge")
    >>> made = trace_flow(trace)
    >>> cells = FlowCells.of(made.flow, made.values, range(3))
    >>> moment_heading(cells, make_moments(made.flow, range(3))[1])
    'Convolution · conv2d · (0, 1)'
    """
    stage, part = cells.stages[moment.slice_number], cells.slices[moment.slice_number]
    column = cells.flow.columns[stage.column].name
    title = stage.volume.full_title
    place = ", ".join(filter(None, (f"({moment.row}, {moment.column})", part.item.caption)))
    return " · ".join(filter(None, (title, column * (column != title.lower()), place)))


def cell_product(cells: FlowCells, cell: Region) -> Product | None:
    """Return the window and the weights whose products a cell sums, or what it is made of does."""
    for _ in range(_MOST_NESTED + 1):
        found = cells.formula(cell)
        if found is None:
            return None
        if _PRODUCTS.fullmatch(found.template):
            first, second = found.regions
            values = cells.read(first), cells.read(second)
            total = cells.read(cell).item()
            return Product((first, second), values, total) if _is_alike(*values) else None
        unseen = [region for region in found.regions if cells.is_unseen(region)]
        if not unseen:
            return None
        cell = unseen[0]
    return None


def _is_alike(first: Array, second: Array) -> bool:
    return first.shape == second.shape


def cell_sentence(cells: FlowCells, cell: Region, most: int) -> str:
    """Return how a number came about, such as 792 = 121×1 + 75×0 + … + 235×1.

    Arguments: all `cells`; the `cell`; how many signs there is room for at `most`. What is no
    arithmetic is told by its stage's rule.

    >>> from cnncalc import calculate
    >>> from cnncalc.tasks.flows import trace_flow
    >>> from cnncalc.views.film.moments import make_moments
    >>> trace = calculate("article:6x6", "edge")
    >>> made = trace_flow(trace)
    >>> cells = FlowCells.of(made.flow, made.values, range(3))
    >>> cell_sentence(cells, make_moments(made.flow, range(3))[1].cell, 40)
    '−284 = 54×(−1) + 51×(−1) + … + 113×(−1)'
    """
    rule = _shortened(cells.stages[cell.slice].volume.rule, most)
    found = cells.formula(cell)
    if found is None or not found.regions:
        return rule
    if found.template == _COPY:
        [source] = found.regions
        return cell_sentence(cells, source, most) if cells.is_unseen(source) else rule
    if _TECHNICAL.search(found.template):
        return rule
    result = number_text(cells.read(cell).item())
    longest = max(region.height * region.width for region in found.regions)
    for terms in (max(longest, most), *range(most // 3, 0, -1)):
        text = f"{result} = {_Writer(cells, terms).written(found, _MOST_NESTED)}"
        if len(text) <= most:
            return text
    return rule


_Write = Callable[[CellFormula, re.Match[str], int], str]


@dataclass(frozen=True, eq=False)
class _Writer:
    """Writes formulas with numbers in their places, at most so many `terms` of each."""

    cells: FlowCells
    terms: int

    def written(self, formula: CellFormula, steps: int) -> str:
        """Write a formula; cells that aren't drawn so many steps further, as what makes them."""
        kept: list[str] = []

        def keeping(write: _Write) -> Callable[[re.Match[str]], str]:
            # What is written is kept from the signs' replacement.
            def keep(found: re.Match[str]) -> str:
                kept.append(write(formula, found, steps))
                return f"\0{len(kept) - 1}\0"

            return keep

        text = formula.template
        for pattern, write in (
            (_PRODUCTS, self._products),
            (_SUM, self._total),
            (_PLACE, self._listed),
        ):
            text = pattern.sub(keeping(write), text)
        text = _FUNCTION.sub(lambda name: name[0].lower(), text)
        text = _SIGN.sub(lambda sign: _SIGNS[sign[0]], _MINUS.sub(" − ", text))
        return _KEPT.sub(lambda place: kept[int(place[1])], text)

    def _held(self, formula: CellFormula, place: str) -> list[object]:
        return self.cells.read(formula.regions[int(place)]).ravel().tolist()

    def _products(self, formula: CellFormula, found: re.Match[str], _: int) -> str:
        pairs = zip(self._held(formula, found[1]), self._held(formula, found[2]), strict=True)
        return self._sum([f"{_factor(a)}×{_factor(b)}" for a, b in pairs])

    def _total(self, formula: CellFormula, found: re.Match[str], _: int) -> str:
        return self._sum(list(map(_factor, self._held(formula, found[1]))))

    def _listed(self, formula: CellFormula, found: re.Match[str], steps: int) -> str:
        """Write what stands in a place: numbers, or what makes the only one of them."""
        text = found.string
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        numbers = self._held(formula, found[1])
        if len(numbers) > 1:
            return ", ".join(self._few(list(filter(None, map(number_text, numbers)))))
        inner = self._inner(formula.regions[int(found[1])], steps)
        if " " in inner:
            is_sum = before in _BEFORE_SUM and after in _AFTER_SUM
            return inner if is_sum or _CALL.fullmatch(inner) else f"({inner})"
        is_apart = before in _BEFORE and after in _AFTER
        return (number_text if is_apart else _factor)(numbers[0])

    def _inner(self, region: Region, steps: int) -> str:
        """Return what a cell that isn't drawn is made of, empty where its number says more."""
        found = self.cells.formula(region) if steps and self.cells.is_unseen(region) else None
        if found is None or _TECHNICAL.search(found.template):
            return ""
        return self.written(found, steps - 1)

    def _sum(self, texts: list[str]) -> str:
        return " + ".join(self._few(texts))

    def _few(self, texts: list[str]) -> list[str]:
        """Return the first texts and the last one, where there are too many."""
        if len(texts) <= self.terms:
            return texts
        return [*texts[: max(1, self.terms - 1)], "…", *([texts[-1]] if self.terms > 1 else [])]


def _factor(value: object) -> str:
    text = number_text(value)
    return f"({text})" if text.startswith("−") else text


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
