"""What a training's workbook holds, how large it is, and what it can't show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnncalc.errors import OptionError, ShapeError
from cnncalc.files.engines import recalculate
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.provenance import Provenance
from cnncalc.sheet.calculations import (
    estimate_training,
    least_training_formulas,
    training_calculation,
    training_specification,
)
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.size import estimate
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.training.optimizers import SGD
from cnncalc.training.schedules import CosineDecay
from cnncalc.views.workbook.about import about_sheet, read_about
from tests.sheet.training.examples import NETWORKS, drawn_network, example, pieces, small
from tests.views.workbook.test_about import rows

WORKBOOKS = Path(__file__).parents[2] / "workbooks"


def of(text, shape=(4, 4, 1), loss="categorical_crossentropy", optimizer="SGD(0.1)"):
    return pieces(initialize(parse(text).layers, shape), loss, optimizer)


def test_its_size_is_known_before_it_is_planned():
    made = small(batches=((0, 1, 2), (3,), (0, 1), (4, 5, 6, 7)), optimizer="adam")
    known, real = estimate_training(made.specification), estimate(made.plan)
    assert (known.formulas, known.numbers) == (real.formulas, real.numbers)
    assert known.bytes == pytest.approx(real.bytes, rel=0.1)


@pytest.mark.parametrize(
    ("name", "batches", "optimizer"),
    [
        ("a row", ((0,),), "SGD(0.1)"),
        ("valid, max", ((0, 1), (2, 3)), "Adam(0.1)"),
        ("deep", ((0, 1, 2, 3),) * 3, "SGD(0.1)"),
    ],
)
def test_its_bytes_are_about_known(name, batches, optimizer):
    network = drawn_network(name, "categorical_crossentropy")
    made = example(pieces(network, batches=batches, optimizer=optimizer))
    assert estimate(made.plan).bytes == pytest.approx(len(made.content), rel=0.25)
    assert estimate_training(made.specification).bytes == pytest.approx(len(made.content), rel=0.3)


@pytest.mark.parametrize("file", sorted(WORKBOOKS.glob("*.xlsx")), ids=lambda file: file.stem)
def test_the_bytes_of_those_checked_in_are_about_known(file):
    content = file.read_bytes()
    assert estimate(read_exported(content).plan).bytes == pytest.approx(len(content), rel=0.25)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_workbook_has_fewer_formulas_than_are_counted_at_once(name):
    made = example(pieces(drawn_network(name, "mean_squared_error"), "mean_squared_error"))
    assert 0 < least_training_formulas(made.specification) <= estimate(made.plan).formulas
    known = estimate_training(made.specification)
    assert known.formulas == estimate(made.plan).formulas


def test_a_last_batch_may_need_fewer_formulas():
    """Sums over more than 32 samples come in parts."""
    made = small(batches=(tuple(range(34)), (34,)))
    names = {block.quantity[2:4] for sheet in made.plan.sheets for block in sheet.blocks}
    assert ("batch partial kernel", 1) in names
    assert ("batch partial kernel", 2) not in names
    assert compare_exported(
        read_exported(made.content), recalculate([made.content], "formualizer")[0]
    ).agrees


def test_a_batch_of_more_samples_than_can_be_added_up_says_so():
    made = of("Flatten(); Dense(2, 'softmax')", (1, 1, 1))
    batches = (tuple(range(1_025)),)
    specification = training_specification(made)
    too_many = replace(specification, training=replace(made.training, batches=batches))
    with pytest.raises(ShapeError, match=r"layer dense: .* 1,024 samples at most\. .* 1,025 sam"):
        make_plan([too_many])


def test_the_penalties_of_many_filters_are_added_up():
    """A kernel of more slices than one formula has room for."""
    layers = "; ".join(["Conv2D(26, 1, kernel_regularizer='l2')"] * 2)
    made = of(f"{layers}; GlobalMaxPooling2D(); Dense(2, 'softmax')", (2, 1, 1))
    content = example(replace(made, training=replace(made.training, batches=((0,),)))).content
    assert compare_exported(read_exported(content), recalculate([content], "formualizer")[0]).agrees


def test_the_loss_stays_finite_where_softmax_saturates():
    made = of("Flatten(); Rescaling(1e4); Dense(3, 'softmax')")
    _, values = training_calculation(made)
    assert np.isfinite(values[Quantity("training", "", "losses", 1)]).all()
    assert values[Quantity("training", "", "losses", 1)].max() > 100


def test_the_about_sheet_brings_the_training_back():
    made = small(optimizer="RMSprop(0.01, momentum=0.5, centered=True)")
    specification = replace(
        made.specification,
        training=replace(made.specification.training, seed=3, steps_per_epoch=2),
    )
    plan = replace(made.plan, specifications=(specification,))
    assert read_about(rows(about_sheet(plan, Provenance()))) == (specification,)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("Loss", "hinge", "loss must be one of"),
        ("Optimizer", "SGD(-1)", "learning_rate must be greater than 0"),
        ("Optimizer", "spin", "the optimizer must be"),
        ("Samples of each step", "0 1; x", "written by their numbers"),
        ("Samples of each step", "0 1;; 2", "written by their numbers"),
    ],
)
def test_a_damaged_line_of_the_training_is_said(key, value, message):
    lines = rows(about_sheet(small().plan, Provenance()))
    damaged = [[key, value] if line[0] == key else line for line in lines]
    with pytest.raises(Exception, match=message):
        read_about(damaged)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("Flatten(); Dense(3, 'relu')", {}, "must end in softmax"),
        ("Flatten(); Dense(2)", {"loss": "binary_crossentropy"}, "must end in sigmoid"),
        ("Flatten(); Dense(3, 'softmax')", {"optimizer": "SGD(0.1, clipnorm=1.0)"}, "clipnorm"),
    ],
)
def test_what_has_no_formulas_is_refused(text, options, message):
    with pytest.raises(OptionError, match=message):
        estimate_training(training_specification(of(text, **options)))


def test_a_network_that_ends_in_an_image_is_refused():
    with pytest.raises(ShapeError, match="ends in a row of numbers"):
        estimate_training(training_specification(of("Conv2D(2, 2)", loss="mean_squared_error")))


def test_a_schedule_is_refused():
    made = pieces(drawn_network("dense", "mean_squared_error"), "mean_squared_error")
    optimizer = SGD(learning_rate=CosineDecay(0.1, 10))
    with pytest.raises(OptionError, match="a schedule of the learning rate"):
        training_specification(replace(made, training=replace(made.training, optimizer=optimizer)))


def test_a_network_without_weights_is_refused():
    with pytest.raises(OptionError, match="must have trainable weights to be trained"):
        example(of("Flatten()", loss="mean_squared_error"))


def test_the_same_training_makes_the_same_bytes():
    assert small().content == small().content


def test_a_training_that_leaves_all_bounds_is_refused():
    made = pieces(drawn_network("dense", "mean_squared_error"), "mean_squared_error", "SGD(1e300)")
    with pytest.raises(OptionError, match="the loss became"):
        training_calculation(made)
