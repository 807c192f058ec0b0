"""What a page shows, as data: flows of stages, their formulas, and the numbers that are entered.

A page calculates everything else. Its data are JSON, which `sources/decode.js` reads again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnncalc.network import walk
from cnncalc.provenance import Provenance
from cnncalc.sheet.flow import Flow, Slice, Stage
from cnncalc.sheet.flow_worksheet import FlowWorksheet
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Reference, StageScale, Tiled, Values
from cnncalc.sheet.scenes import runs
from cnncalc.sheet.specification_lines import lines_of
from cnncalc.sheet.training.settings import entries
from cnncalc.sheet.worksheet import SENTENCE
from cnncalc.training.metrics import class_count
from cnncalc.views.page.looks import looks, palettes
from cnncalc.views.page.numbers import NumberWriter, as_text
from cnncalc.views.page.stage_sorts import Sorts, sort_of, stage_names
from cnncalc.views.provenance import provenance_lines

__all__ = ["Cell", "Page", "PageFlow", "Settings", "document"]

_VERSION = 1

Record = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How a window slides: its padding as it is written, its strides, its dilation."""

    padding: str
    strides: tuple[int, int]
    dilation: tuple[int, int]

    @property
    def texts(self) -> dict[str, str]:
        """Each as it is written: 2 for (2, 2), 2×1 for (2, 1)."""
        pairs = {"stride": self.strides, "dilation": self.dilation}
        written = {name: "×".join(map(str, dict.fromkeys(pair))) for name, pair in pairs.items()}
        return {"padding": self.padding, **written}


@dataclass(frozen=True)
class PageFlow:
    """A calculation of a page: its `flow`, the `values` of its quantities, each stage's scale.

    Its pixels go from 0 to the `highest`. Of several with `settings`, a page shows the first, and a
    slider leads to the others. A `worksheet` has the same flow and values.
    """

    flow: Flow
    values: Values
    scales: tuple[StageScale, ...]
    highest: float
    settings: Settings | None = None
    worksheet: FlowWorksheet | None = None


@dataclass(frozen=True)
class Cell:
    """A cell of a page's first flow: of a quantity's slice, by its index, a row and a column."""

    quantity: Quantity
    index: tuple[int, ...]
    row: int
    column: int


@dataclass(frozen=True)
class Page:
    """All that a page shows: its `title`, its `flows`, where their numbers came from.

    It opens at a `cell`, if at one. Its `kernels` are those that can be chosen by name. Its
    `header` is what the worksheet is called that it is, or is the key to. Of the settings that are
    `unfit` it says why.
    """

    title: str
    flows: tuple[PageFlow, ...]
    provenance: Provenance = field(default_factory=Provenance)
    cell: Cell | None = None
    kernels: tuple[tuple[str, Sequence[Sequence[float]]], ...] = ()
    header: str = ""
    unfit: tuple[tuple[Settings, str], ...] = ()

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is to be told of the page in lines, a label and a text each."""
        lines = provenance_lines(self.provenance)
        return [*([("Worksheet", self.header)] if self.header else ()), *lines]


def document(page: Page) -> str:
    r"""Return a page's document as JSON that can stand in HTML: of `<` it has but `\u003c`."""
    writer = _Writer()
    flows = [writer.flow(flow) for flow in page.flows]
    first = page.flows[0].flow
    data = {
        "palettes": palettes(),
        "looks": looks(),
        "flows": flows,
        "templates": list(writer.templates),
        "texts": writer.texts,
        "parts": writer.numbers.parts,
        "exact": writer.numbers.exact,
        "worksheet": _worksheet(page.flows[0].worksheet),
        "kernels": page.kernels,
        "unfit": [settings.texts | {"reason": reason} for settings, reason in page.unfit],
        "choices": _choices([flow.settings.texts for flow in page.flows if flow.settings]),
        "selection": None if page.cell is None else _selection(first, page.cell),
    }
    written = {
        "version": _VERSION,
        "title": page.title,
        "command": page.provenance.command,
        "facts": page.facts,
        "data": as_text(_compact(data).encode()),
        "numbers": writer.numbers.text(),
    }
    return _compact(written).replace("<", "\\u003c")


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _choices(settings: list[dict[str, str]]) -> dict[str, list[str]]:
    """Return the values of each setting once: valid, same, numbers."""

    def order(text: str) -> float:
        return {"valid": -2.0, "same": -1.0}.get(text) or float(re.split("[,×]", text)[0])

    names = settings[0] if settings else ()
    return {name: sorted({texts[name] for texts in settings}, key=order) for name in names}


def _selection(flow: Flow, cell: Cell) -> tuple[int, int, int]:
    """Return a cell as a page names it: its slice's number, its row and column there."""
    for part in flow.slices:
        for block in part.blocks:
            row, column = cell.row - block.first_row, cell.column - block.first_column
            is_inside = 0 <= row < block.height and 0 <= column < block.width
            if (block.quantity, block.index) == (cell.quantity, cell.index) and is_inside:
                return part.number, block.row + row, block.column + column
    message = f"a page must show the cell that it opens at. Received: {cell}"
    raise ValueError(message)


def _worksheet(worksheet: FlowWorksheet | None) -> Record | None:
    if worksheet is None:
        return None
    return {
        "header": worksheet.header,
        "sentence": SENTENCE,
        "blanks": worksheet.blanks,
        "marked": bool(worksheet.marks),
    }


def _entries(flow: Flow) -> Iterator[tuple[int, str, str]]:
    """Yield what may be typed where something is chosen: a slice, a rule, and its words."""
    layers, shape = flow.specification.layers, flow.specification.input_shape
    shapes = [layer.output_shape(given) for layer, given in walk(layers, shape)]
    classes = class_count(shapes[-1]) if shapes else 0
    for part in flow.slices:
        for entry in entries(part.blocks, classes):
            yield part.number, entry.rule, entry.expected


def _is_hidden(stage: Stage, given: PageFlow) -> bool:
    return given.worksheet is not None and given.worksheet.is_hidden(stage)


def _as_in_worksheet(stage: Stage, worksheet: FlowWorksheet | None) -> Record:
    """Return where a stage's marks are, or that it is not to be seen."""
    if worksheet is None:
        return {}
    marks = worksheet.marks.get(stage.number)
    return ({} if marks is None else {"marks": marks}) | (
        {"hidden": True} if worksheet.is_hidden(stage) else {}
    )


class _Writer:
    """Writes flows as records, and collects what several of them have in common."""

    def __init__(self) -> None:
        self.templates: dict[str, int] = {}
        self.texts: list[str] = []
        self.numbers = NumberWriter()
        self._entered: dict[tuple[Quantity, tuple[int, ...], int, int], list[object]] = {}

    def flow(self, given: PageFlow) -> Record:
        """Return a flow as a record, the first of those that share their inputs or a later one."""
        flow, settings = given.flow, given.settings
        if settings is None:
            self._entered.clear()
        sorts = Sorts()
        named = zip(flow.stages, given.scales, stage_names(flow), strict=True)
        stages = [
            {"sort": sorts.number(sort_of(stage, scale, names))} | self._stage(stage, given)
            for stage, scale, names in named
        ]
        return {
            "title": flow.specification.title,
            "note": flow.specification.note,
            "settings": settings and settings.texts,
            "calculation": None if given.worksheet else lines_of(flow.specification),
            "highest": given.highest,
            "columns": [vars(column) for column in flow.columns],
            "lanes": [lane._asdict() for lane in flow.lanes],
            "sorts": sorts.found,
            "stages": stages,
            "curves": [vars(curve) for curve in flow.curves],
            "entries": [list(entry) for entry in _entries(flow)],
            "runs": [run for run in runs(flow) if not _is_hidden(flow.stages[run.stage], given)],
        }

    def _stage(self, stage: Stage, given: PageFlow) -> Record:
        return {
            "column": stage.column,
            "lane": stage.lane,
            "step": stage.volume.quantity.step,
            "sample": stage.volume.quantity.sample,
            "slices": [self._slice(part, given.values) for part in stage.slices],
            **_as_in_worksheet(stage, given.worksheet),
        }

    def _slice(self, part: Slice, values: Values) -> list[object]:
        item = part.item
        blocks = [self._block(part.number, block, values) for block in part.blocks]
        return [item.index, item.slot.tile, item.slot.place, item.caption, blocks]

    def _block(self, number: int, block: Block, values: Values) -> list[object]:
        place = [block.row, block.column, block.height, block.width, block.role]
        if block.formula is not None:
            return [*place, self._formula(block.formula)]
        if block.role != "padding":
            # The calculations of all settings have the same inputs, wherever these stand.
            key = (block.quantity, block.index, block.first_row, block.first_column)
            if key in self._entered:
                return [*place, self._entered[key]]
            self._entered[key] = ["same", number, block.row, block.column]
        if block.role == "name":
            self.texts += block.slice(values).ravel().tolist()
        else:
            self.numbers.add(block.slice(values))
        return [*place, 0]

    def _formula(self, formula: Formula | Tiled) -> list[object]:
        if isinstance(formula, Tiled):
            tile = formula.formulas
            written = [self._formula(part) for row in tile for part in row]
            return ["tiled", len(tile), len(tile[0]), written]
        template = self.templates.setdefault(formula.template, len(self.templates))
        return [template, *map(_reference, formula.references)]


def _reference(reference: Reference) -> list[int]:
    place = [int(reference.sheet), reference.row, reference.column]
    size = [reference.height, reference.width]
    if reference.down == reference.across == STAY:
        return [*place, *size]
    return [*place, *size, *reference.down, *reference.across]
