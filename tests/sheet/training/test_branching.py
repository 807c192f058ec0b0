"""Training workbooks of networks that branch: their formulas against the recorded numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.files.engines import recalculate
from cnncalc.sheet.addresses import address_of
from cnncalc.sheet.quantities import by_output, by_part
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.verification.comparison import Place
from tests.drawn_graphs import few_graphs, graphs
from tests.sheet.training.branching import BRANCHING, branching
from tests.sheet.training.examples import OPTIMIZERS, example, pieces
from tests.trace.drawn import vary

STEPS = ((0, 1), (2,))
DRAWN = 12


def workbook(name, batches=STEPS[:1]):
    layers, shape = branching(name)
    seed = list(BRANCHING).index(name)
    network = vary(layers, shape, seed)
    optimizer = OPTIMIZERS[seed % len(OPTIMIZERS)]
    return example(pieces(network, optimizer=optimizer, batches=batches, seed=seed))


def require_recorded(made, evaluation):
    """Every formula gives the number that was recorded."""
    for sheet in made.plan.sheets:
        for block in (block for block in sheet.blocks if block.role == "formula"):
            cells = block.slice(made.values)
            found = np.empty(cells.shape)
            for row, column in np.ndindex(cells.shape):
                place = Place(sheet.name, block.row + row, block.column + column)
                found[row, column] = evaluation.values[place]
            least = 1e-9 * max(1e-3, np.abs(made.values[block.quantity]).max())
            np.testing.assert_allclose(
                found, cells, rtol=1e-9, atol=least, err_msg=str((block.quantity, block.range))
            )


@pytest.mark.parametrize("name", BRANCHING)
def test_formulas_give_the_recorded_numbers(name):
    made = workbook(name)
    (evaluation,) = recalculate([made.content], "formualizer")
    require_recorded(made, evaluation)
    assert compare_exported(read_exported(made.content), evaluation).evaluated.differing == 0


@settings(deadline=None, max_examples=6, derandomize=True)
@given(graphs(longest=3), st.integers(0, 2**16))
def test_formulas_of_drawn_graphs_give_the_recorded_numbers(graph, seed):
    layers, shape = graph
    made = example(
        pieces(vary(layers, shape, seed), "mean_squared_error", batches=STEPS, seed=seed)
    )
    (evaluation,) = recalculate([made.content], "formualizer")
    require_recorded(made, evaluation)


@pytest.mark.recalculation
def test_libreoffice_gives_the_recorded_numbers():
    made_of_all = [workbook(name, STEPS) for name in BRANCHING]
    evaluations = recalculate([made.content for made in made_of_all], "libreoffice")
    for made, evaluation in zip(made_of_all, evaluations, strict=True):
        require_recorded(made, evaluation)
        report = compare_exported(read_exported(made.content), evaluation)
        assert report.evaluated.differing == report.stored.differing == 0


@pytest.mark.recalculation
def test_libreoffice_gives_the_recorded_numbers_of_drawn_graphs():
    networks = [vary(*graph, seed) for seed, graph in enumerate(few_graphs(DRAWN))]
    made_of_all = [
        example(pieces(network, "mean_squared_error", batches=STEPS, seed=seed))
        for seed, network in enumerate(networks)
    ]
    evaluations = recalculate([made.content for made in made_of_all], "libreoffice")
    for made, evaluation in zip(made_of_all, evaluations, strict=True):
        require_recorded(made, evaluation)


def titles_and_rules(made, quantity):
    """What stands in a training sheet above the cells of a quantity."""
    (sheet,) = (sheet for sheet in made.plan.sheets if sheet.name == "Step 1")
    blocks = [b for b in sheet.blocks if b.quantity == quantity._replace(step=1, sample=0)]
    (first,) = {(block.row, block.column) for block in blocks[:1]}
    above = [text for text in sheet.texts if text.column == first[1] and text.row < first[0]]
    return " ".join(text.text for text in sorted(above, key=lambda text: text.row)[-4:])


def test_a_layer_that_two_take_says_what_is_added_up_in_its_own_columns():
    made = workbook("residual")
    said = titles_and_rules(made, by_output("first"))
    assert "Gradient by the output What second and add hand back, added up." in said
    blocks = {b.quantity: b for sheet in made.plan.sheets for b in sheet.blocks}
    sums = blocks[by_output("first")._replace(step=1, sample=0)]
    assert sums.formula.template == "{0}+{1}"


def test_a_merge_says_whose_gradient_is_whose():
    made = workbook("subtract")
    by_second = titles_and_rules(made, by_part("subtract", 1))
    assert "Gradient by second The error of the difference, with the other sign." in by_second


def test_nothing_is_drawn_backward_on_a_branch_without_anything_to_learn():
    made = workbook("a frozen branch")
    blocks = [block.quantity for sheet in made.plan.sheets for block in sheet.blocks]
    drawn = {quantity.layer for quantity in blocks if quantity.kind == "gradient"}
    assert drawn == {"first", "multiply", "third", "flatten", "classes"}
    handed_back = {quantity.name for quantity in blocks if quantity.layer == "multiply"}
    assert {name for name in handed_back if name.startswith("input")} == {"input 1"}


def test_a_gradient_by_an_output_is_found_at_the_layer_that_takes_it_not_at_the_next():
    made = workbook("average of three")
    found = address_of(made.plan, "second", "gradient output", (1, 2, 0))
    assert found == address_of(made.plan, "average", "gradient input 1", (1, 2, 0))
