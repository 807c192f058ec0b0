"""The page's own evaluator gives cnncalc's numbers, also after inputs have been typed over."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnncalc.network import Array
from cnncalc.provenance import Provenance
from cnncalc.sheet.flow import Flow, make_flow
from cnncalc.sheet.plan import Block, Quantity
from cnncalc.sheet.quantities import SIZES
from cnncalc.sheet.scales import stage_scales
from cnncalc.sheet.scenes import scenes
from cnncalc.sheet.values import input_shapes
from cnncalc.sheet.worksheet import WorksheetOptions, marks_of, solution_of
from cnncalc.tasks.page_making import calculation_page, worksheet_page
from cnncalc.tasks.verification import numbers_and_sizes
from cnncalc.views.page.document import Page, PageFlow, document
from tests.views.page.cases import Case, all_cases
from tests.views.workbook.drawn import drawn_trace

pytestmark = pytest.mark.page

HERE = Path(__file__).parent
TOLERANCE = 1e-12
# Beside the largest number of its block, this share of the terms behind a number counts: sums that
# cancel are as exact as these. `verify` allows the same.
SHARE_OF_TERMS = 0.01
# Drawn calculations whose pages have a slider, and those that are made worksheets of.
WITH_SETTINGS, WORKSHEETS = range(0, 20, 5), range(1, 20, 6)

Inputs = dict[Quantity, Array]


@dataclass(frozen=True)
class Given:
    """A page, what is typed into its first flow, and what its calculation is given then."""

    name: str
    page: Page
    edits: list[tuple[int, int, int, float]]
    edited: Inputs

    @property
    def flows(self) -> list[Flow]:
        return [given.flow for given in self.page.flows]


def page_of(case: Case) -> Page:
    flow = make_flow(case.specification)
    return Page(case.name, (PageFlow(flow, case.values, stage_scales(flow), 255),))


def given(name: str, page: Page, seed: int) -> Given:
    """Type another number over a cell of each image and each weight, another class as a label."""
    random = np.random.default_rng(seed)
    first = page.flows[0]
    shapes = input_shapes(first.flow.specification)
    inputs = {key: np.array(first.values[key]).reshape(shape) for key, shape in shapes.items()}
    edits = []
    for part in first.flow.slices:
        for block in part.blocks:
            if not block.is_input or block.role == "name" or block.quantity in SIZES:
                continue
            row, column = random.integers((block.height, block.width)).tolist()
            number = typed(block, random)
            block.slice(inputs)[row, column] = number
            edits.append((part.number, block.row + row, block.column + column, number))
    return Given(name, page, edits, inputs)


def typed(block: Block, random: np.random.Generator) -> float:
    if block.role == "choice":
        # A target or a label, else a constant of a training.
        return 0.0 if block.quantity.name in ("target", "label") else 0.05
    number = round(float(random.normal()), 3)
    # A variance has no sign.
    return abs(number) if block.quantity.name == "moving_variance" else number


def filled_in(page: Page) -> Given:
    """Type the solution into each blank of a worksheet, but for the first: that gets another."""
    flow, values = page.flows[0].flow, page.flows[0].values
    edits = [
        (part.number, block.row + row, block.column + column, float(solution[row, column]))
        for part in flow.slices
        for block in part.blocks
        if block.role == "answer" and block.quantity.kind != "solution"
        for solution in [answers(block).slice(values)]
        for row, column in np.argwhere(np.isnan(block.slice(values))).tolist()
    ]
    *first, number = edits[0]
    return Given(page.title, page, [(*first, number + 1), *edits[1:]], {})


def answers(block: Block) -> Block:
    return Block(
        *(block.row, block.column, block.height, block.width, "answer"),
        *(solution_of(block.quantity), block.index, block.first_row, block.first_column),
    )


@pytest.fixture(scope="module")
def cases() -> list[Given]:
    return [given(case.name, page_of(case), seed) for seed, case in enumerate(all_cases())]


@pytest.fixture(scope="module")
def with_settings() -> list[Given]:
    pages = {seed: calculation_page(drawn_trace(seed), Provenance()) for seed in WITH_SETTINGS}
    return [given(f"settings of {seed}", page, seed) for seed, page in pages.items()]


@pytest.fixture(scope="module")
def worksheets() -> list[Given]:
    options = WorksheetOptions(blank=0.7)
    traces = map(drawn_trace, WORKSHEETS)
    return [filled_in(worksheet_page(trace, Provenance(), options)) for trace in traces]


def calculated(pages: list[Given], folder: Path) -> list[Any]:
    """Return what one process of Node makes of pages."""
    source, target = folder / "documents.json", folder / "results.json"
    documents = [{"document": document(page.page), "edits": page.edits} for page in pages]
    source.write_text(json.dumps(documents), "utf-8")
    node = shutil.which("node")
    assert node, "the page's evaluator is tested with Node: install nodejs"
    subprocess.run([node, HERE / "calculate_documents.js", source, target], check=True)
    found: list[Any] = json.loads(target.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def results(cases: list[Given], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return calculated(cases, tmp_path_factory.mktemp("page"))


def blocks(flow: Flow) -> list[Block]:
    return [block for part in flow.slices for block in part.blocks if block.formula]


def differences(name: str, flow: Flow, found: list[list[Any]], inputs: Inputs) -> list[str]:
    """Tell the blocks whose numbers are not those that cnncalc works out from the inputs."""
    values, sizes = numbers_and_sizes(flow.specification, inputs)
    return [
        f"{name}: {block.quantity}{block.index}: {cells[:4]} instead of {expected[:4]}"
        for block, cells in zip(blocks(flow), found, strict=True)
        if not is_alike(cells, expected := block.slice(values).ravel().tolist(), size(block, sizes))
    ]


def size(block: Block, sizes: Inputs) -> float:
    if block.quantity not in sizes:
        return 0.0
    return SHARE_OF_TERMS * float(np.abs(block.slice(sizes)).max())


def is_alike(found: list[Any], expected: list[Any], size: float) -> bool:
    if not all(isinstance(value, float) for value in expected):
        return found == expected
    if not all(isinstance(value, int | float) for value in found):
        return False
    numbers = np.array(expected)
    most = max(float(np.abs(numbers).max()), size)
    return bool(np.abs(np.array(found) - numbers).max() <= TOLERANCE * most)


def test_every_number_of_every_drawn_calculation_is_cnncalcs(cases, results):
    found = [
        text
        for case, result in zip(cases, results, strict=True)
        for text in differences(
            case.name, case.flows[0], result["before"][0], dict(case.page.flows[0].values)
        )
    ]
    assert not found, "\n".join(found[:10])


def test_what_follows_from_typed_inputs_is_cnncalcs(cases, results):
    found = [
        text
        for case, result in zip(cases, results, strict=True)
        for text in differences(case.name, case.flows[0], result["after"][0], case.edited)
    ]
    assert not found, "\n".join(found[:10])
    # An input may lie where no window reaches, but most change what follows.
    changed = sum(result["before"] != result["after"] for result in results)
    assert changed > 0.9 * len(cases)


def test_the_cases_are_many(cases):
    assert len(cases) > 140
    shown = [block for case in cases for block in blocks(case.flows[0])]
    assert sum(block.height * block.width for block in shown) > 150_000


def test_a_page_plays_the_same_scenes_as_a_film(cases, results):
    for case, result in zip(cases, results, strict=True):
        expected = [
            [scene.stage, list(scene.slices), *scene[2:]] for scene in scenes(case.flows[0])
        ]
        assert result["scenes"][0] == expected, case.name


def test_all_settings_follow_what_is_typed_in_one(with_settings, tmp_path):
    for case, result in zip(with_settings, calculated(with_settings, tmp_path), strict=True):
        assert len(case.flows) > 1
        for flow, before, after in zip(case.flows, result["before"], result["after"], strict=True):
            inputs = dict(case.page.flows[0].values)
            assert not differences(case.name, flow, before, inputs)
            assert not differences(case.name, flow, after, case.edited)


def test_a_worksheet_marks_what_is_right_and_what_is_wrong(worksheets, tmp_path):
    for case, result in zip(worksheets, calculated(worksheets, tmp_path), strict=True):
        marks = {
            when: [
                mark
                for block, cells in zip(blocks(case.flows[0]), result[when][0], strict=True)
                if block.quantity.kind == marks_of(block.quantity).kind
                for mark in cells
            ]
            for when in ("before", "after")
        }
        assert set(marks["before"]) == {0}
        assert marks["after"].count(1) == len(case.edits) - 1
        assert marks["after"].count(-1) == 1
