"""The page's own evaluator gives cnncalc's numbers, also after inputs have been typed over."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from cnncalc.network import Array
from cnncalc.sheet.flow import Flow, make_flow
from cnncalc.sheet.plan import Block, Quantity
from cnncalc.sheet.quantities import SIZES
from cnncalc.sheet.scenes import scenes
from cnncalc.sheet.values import input_shapes
from cnncalc.tasks.verification import _calculation
from cnncalc.views.page.document import Page, PageFlow, document
from tests.views.page.cases import Case, all_cases

pytestmark = pytest.mark.page

HERE = Path(__file__).parent
TOLERANCE = 1e-12
# Beside the largest number of its block, this share of the terms behind a number counts: sums that
# cancel are as exact as these. `verify` allows the same.
SHARE_OF_TERMS = 0.01

Edit = tuple[int, int, int, float]


class Given(NamedTuple):
    """A case as a page has it, with what is typed over its inputs."""

    case: Case
    flow: Flow
    edits: list[Edit]
    edited: dict[Quantity, Array]


def given(case: Case, seed: int) -> Given:
    """Type another number over a cell of each image and each weight, another class as a label."""
    random = np.random.default_rng(seed)
    flow = make_flow(case.specification)
    shapes = input_shapes(case.specification)
    inputs = {key: np.array(case.values[key]).reshape(shape) for key, shape in shapes.items()}
    edits = []
    for part in flow.slices:
        for block in part.blocks:
            if not block.is_input or block.role == "name" or block.quantity in SIZES:
                continue
            row, column = random.integers((block.height, block.width)).tolist()
            number = typed(block, random)
            block.slice(inputs)[row, column] = number
            edits.append((part.number, block.row + row, block.column + column, number))
    return Given(case, flow, edits, inputs)


def typed(block: Block, random: np.random.Generator) -> float:
    if block.role == "choice":
        # A target or a label, else a constant of a training.
        return 0.0 if block.quantity.name in ("target", "label") else 0.05
    number = round(float(random.normal()), 3)
    # A variance has no sign.
    return abs(number) if block.quantity.name == "moving_variance" else number


@pytest.fixture(scope="module")
def cases() -> list[Given]:
    return [given(case, seed) for seed, case in enumerate(all_cases())]


@pytest.fixture(scope="module")
def results(cases: list[Given], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What one process of Node makes of all cases."""
    folder = tmp_path_factory.mktemp("page")
    source, target = folder / "documents.json", folder / "results.json"
    documents = [
        {
            "document": document(Page(case.name, (PageFlow(flow, case.values),))),
            "edits": edits,
            "scenes": True,
        }
        for case, flow, edits, _ in cases
    ]
    source.write_text(json.dumps(documents), "utf-8")
    node = shutil.which("node")
    assert node, "the page's evaluator is tested with Node: install nodejs"
    subprocess.run([node, HERE / "calculate_documents.js", source, target], check=True)
    found: list[Any] = json.loads(target.read_text("utf-8"))
    return found


def blocks(flow: Flow) -> list[Block]:
    return [block for part in flow.slices for block in part.blocks if block.formula]


def differences(case: Given, found: list[list[Any]], inputs: dict[Quantity, Array]) -> list[str]:
    """Tell the blocks whose numbers are not those that cnncalc works out from the inputs."""
    values, sizes = _calculation(case.case.specification, inputs)
    return [
        f"{case.case.name}: {block.quantity}{block.index}: {cells[:4]} instead of {expected[:4]}"
        for block, cells in zip(blocks(case.flow), found, strict=True)
        if not is_alike(cells, expected := block.slice(values).ravel().tolist(), size(block, sizes))
    ]


def size(block: Block, sizes: dict[Quantity, Array]) -> float:
    if block.quantity not in sizes:
        return 0.0
    return SHARE_OF_TERMS * float(np.abs(block.slice(sizes)).max())


def is_alike(found: list[Any], expected: list[Any], size: float) -> bool:
    if not all(isinstance(value, float) for value in expected):
        return found == expected
    if not all(isinstance(value, int | float) for value in found):
        return False
    numbers = np.array(expected)
    # Some sums of many terms are nearly 0.
    return bool(
        np.abs(np.array(found) - numbers).max() <= TOLERANCE * max(np.abs(numbers).max(), size)
    )


def test_every_number_of_every_drawn_calculation_is_cnncalcs(cases, results):
    found = [
        text
        for case, result in zip(cases, results, strict=True)
        for text in differences(case, result["before"], dict(case.case.values))
    ]
    assert not found, "\n".join(found[:10])


def test_what_follows_from_typed_inputs_is_cnncalcs(cases, results):
    found = [
        text
        for case, result in zip(cases, results, strict=True)
        for text in differences(case, result["after"], case.edited)
    ]
    assert not found, "\n".join(found[:10])
    # An input may lie where no window reaches, but most change what follows.
    changed = sum(result["before"] != result["after"] for result in results)
    assert changed > 0.9 * len(cases)


def test_the_cases_are_many(cases):
    assert len(cases) > 140
    assert (
        sum(block.height * block.width for case in cases for block in blocks(case.flow)) > 160_000
    )


def test_a_page_plays_the_same_scenes_as_a_film(cases, results):
    for case, result in zip(cases, results, strict=True):
        expected = [
            [scene.stage, list(scene.slices), scene.row, scene.column, scene.is_cell]
            for scene in scenes(case.flow)
        ]
        assert result["scenes"] == expected, case.case.name
