"""A training recalculated by LibreOffice: its weights are cnncalc's, and Keras's."""

from __future__ import annotations

import importlib
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cnncalc.files.engines import recalculate
from cnncalc.layers import Softmax
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.training.inputs import training_input_shapes, training_records
from cnncalc.sheet.training.updates import new_weight
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.training.losses import LOSSES
from cnncalc.verification.comparison import Place
from tests.keras_peer import import_keras
from tests.peers import requires
from tests.sheet.training.examples import NETWORKS, OPTIMIZERS, drawn_network, example, pieces
from tests.test_recalculation_of_exports import ENGINES, edited
from tests.training.keras_training import compiled, weights_of
from tests.views.workbook.networks import DrawnNetwork

# Every network with every loss, each time with two optimizers; every optimizer with every loss.
CASES = [
    (network, loss, OPTIMIZERS[(row + column + other) % len(OPTIMIZERS)])
    for row, network in enumerate(NETWORKS)
    for column, loss in enumerate(LOSSES)
    for other in (0, len(OPTIMIZERS) // 2)
]
FEW = CASES[::19]  # LibreOffice recalculates all of them
DRAWN = 24


@cache
def workbook(case, which=0):
    name, loss, optimizer = case
    return example(pieces(drawn_network(name, loss, which), loss, optimizer, seed=len(name)))


def changed(content, seed):
    """Type other numbers over one cell of each image, weight, label and constant."""
    rng = np.random.default_rng(seed)
    edits = {}
    for sheet in read_exported(content).plan.sheets:
        for block in (block for block in sheet.blocks if block.is_input):
            row, column = rng.integers((block.height, block.width))
            number = round(rng.normal(), 3)
            if block.quantity.name == "moving_variance":
                number = abs(number)  # which a frozen batch normalization takes the root of
            if block.role == "choice":
                number = 1 if block.quantity.name == "label" else round(rng.uniform(0.01, 0.2), 3)
            edits[sheet.name, block.address(row, column)] = number
    return edited(content, edits)


def typed(content, name, number):
    """Type a number over a constant."""
    places = [
        (sheet.name, block.address(0, 0))
        for sheet in read_exported(content).plan.sheets
        for block in sheet.blocks
        if block.is_input and block.quantity.name == name
    ]
    return edited(content, dict.fromkeys(places, number))


def last_weights(exported, evaluation):
    """The weights after the last step, as an engine's cells have them."""
    specification, inputs = exported.plan.specifications[0], exported.inputs(0, {})
    training = specification.training
    shapes = {
        (layer, weight): inputs[Quantity("weight", layer, weight, 1)].shape
        for kind, layer, weight, *_ in training_input_shapes(specification, training)
        if kind == "weight"
    }
    last = len(training.batches)
    found = {new_weight(*key, last): np.full(shape, np.nan) for key, shape in shapes.items()}
    for sheet in exported.plan.sheets:
        for block in sheet.blocks:
            if block.quantity in found:
                cells = block.slice(found)
                for row, column in np.ndindex(cells.shape):
                    place = Place(sheet.name, block.row + row, block.column + column)
                    cells[row, column] = evaluation.values[place]
    return {(name.layer, name.name): array for name, array in found.items()}


def records(exported):
    """What cnncalc's own training makes of a workbook's inputs, step by step."""
    (specification,) = exported.plan.specifications
    inputs = exported.inputs(0, {})
    return list(training_records(specification, specification.training, inputs))


def require_equal(found, expected, tolerance, case):
    for update in expected[-1].updates:
        cells = found[update.layer, update.weight].reshape(update.after.shape)
        least = tolerance * np.abs(update.after).max()
        np.testing.assert_allclose(
            cells, update.after, rtol=tolerance, atol=least, err_msg=str(case)
        )


def require_clean(content, evaluation):
    """No cell is an error, and no formula is without its number."""
    exported = read_exported(content)
    assert len(exported.cells.formulas) > 100
    for place in exported.cells.formulas:
        assert not str(evaluation.values[place]).startswith("#"), place


@pytest.fixture(scope="module")
def cases():
    """A third of them twice: as exported, and as all the others with changed inputs."""
    return [*CASES[::3], *CASES]


@pytest.fixture(scope="module")
def contents(cases):
    every = [workbook(case, number % 2).content for number, case in enumerate(cases)]
    exported = len(cases) - len(CASES)
    return every[:exported] + [changed(each, n) for n, each in enumerate(every[exported:])]


@pytest.fixture(scope="module")
def evaluations(contents):
    return recalculate(contents, "libreoffice")


@pytest.mark.recalculation
def test_libreoffice_trains_as_cnncalc_does(cases, contents, evaluations):
    for case, content, evaluation in zip(cases, contents, evaluations, strict=True):
        exported = read_exported(content)
        require_equal(last_weights(exported, evaluation), records(exported), 1e-9, case)


@pytest.mark.recalculation
def test_every_number_that_libreoffice_calculates_is_verified(cases, contents, evaluations):
    for case, content, evaluation in zip(cases, contents, evaluations, strict=True):
        require_clean(content, evaluation)
        report = compare_exported(read_exported(content), evaluation)
        assert report.evaluated.differing == 0, (case, report.evaluated.first)
        assert report.changes == (), case
    # What was stored belongs to the inputs as they were.
    stored = [
        compare_exported(read_exported(content), evaluation).stored.differing > 0
        for content, evaluation in zip(contents, evaluations, strict=True)
    ]
    assert stored == [False] * (len(cases) - len(CASES)) + [True] * len(CASES)


@pytest.fixture
def float64(monkeypatch):
    keras = import_keras()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # which keeps the floatx that the first model met
    # On PyTorch Keras multiplies matrices in float32 whatever its floatx: where a gradient all but
    # cancels, and Adam makes a step of it all the same, that is seen.
    narrowed = importlib.import_module("keras.src.backend.common.dtypes").BIT64_TO_BIT32_DTYPE
    monkeypatch.setitem(narrowed, "float64", "float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.peer
@pytest.mark.recalculation
@requires("keras")
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
def test_libreoffice_trains_as_keras_does(cases, contents, evaluations, float64):
    for case, content, evaluation in zip(cases, contents, evaluations, strict=True):
        if case[0] in ("dropout", "normalized", "frozen, normalized"):
            continue  # Keras drops others, and normalizes in float32 whatever its floatx
        exported = read_exported(content)
        found, steps = last_weights(exported, evaluation), records(exported)
        network = steps[0].network
        model = compiled(network, steps[0].loss_function, steps[0].optimizer)
        losses = [model.train_on_batch(step.images, step.targets)[0] for step in steps[:1]]
        np.testing.assert_allclose(losses[0], steps[0].loss, rtol=1e-6, err_msg=str(case))
        for step in steps[1:]:
            model.train_on_batch(step.images, step.targets)
        names = [
            (layer.name, name)
            for layer, own in zip(network.layers, network.weights, strict=True)
            for name in own
        ]
        for name, weight in zip(names, weights_of(model), strict=True):
            cells = found[name].reshape(weight.shape)
            least = 1e-6 * np.abs(weight).max()
            np.testing.assert_allclose(cells, weight, rtol=1e-6, atol=least, err_msg=str(case))


@pytest.mark.parametrize("case", FEW, ids=str)
def test_a_fast_engine_trains_as_cnncalc_does_after_changes(case):
    content = changed(workbook(case).content, 3)
    evaluation = recalculate([content], "formualizer")[0]
    exported = read_exported(content)
    require_equal(last_weights(exported, evaluation), records(exported), 1e-9, case)
    assert compare_exported(exported, evaluation).evaluated.differing == 0


def mirrored(seed):
    """A training on a mirrored image and kernel: windows on the axis tie, but for rounding."""
    text = "Conv2D(1, 3, padding='same', use_bias=False); {}; Flatten(); Dense(3, 'softmax')"
    pool = ("MaxPooling2D((1, 2))", "MaxPooling2D(3, 1, 'same')", "GlobalMaxPooling2D()")[seed % 3]
    network = initialize(parse(text.format(pool)).layers, (6, 8, 1), seed)
    kernel = np.array([[0.1, 0.2, 0.1], [0.3, 0.7, 0.3], [0.1, 0.2, 0.1]])
    weights = ({"kernel": kernel.reshape(3, 3, 1, 1)}, *network.weights[1:])
    half = np.random.default_rng(seed).random((6, 4, 1)).round(1)
    # The axis lies inside a window.
    image = np.roll(np.concatenate([half, half[:, ::-1]], axis=1), -1, axis=1)
    made = pieces(replace(network, weights=weights), optimizer="SGD(0.5)", batches=((0,), (0,)))
    return example(replace(made, samples=((image, 0),)))


@pytest.mark.parametrize("engine", ENGINES)
def test_rounding_does_not_decide_where_a_maximums_gradient_goes(engine):
    contents = [mirrored(seed).content for seed in range(6)]
    for seed, (content, evaluation) in enumerate(
        zip(contents, recalculate(contents, engine), strict=True)
    ):
        report = compare_exported(read_exported(content), evaluation)
        assert report.agrees, (seed, report.evaluated.first)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_constant_may_become_0(engine):
    """Momentum is still drawn, and is then what a step adds to a weight, without its decay."""
    changes = [
        (optimizer, name)
        for optimizer in OPTIMIZERS
        for name in ("momentum", "rho", "beta_1", "beta_2", "weight_decay")
        if f"{name}=" in optimizer or (name in ("beta_1", "beta_2") and "Adam" in optimizer)
    ]
    assert len([name for _, name in changes if name == "momentum"]) == 5
    contents = [
        typed(workbook(("dense", "categorical_crossentropy", optimizer)).content, name, 0)
        for optimizer, name in changes
    ]
    for change, content, evaluation in zip(
        changes, contents, recalculate(contents, engine), strict=True
    ):
        report = compare_exported(read_exported(content), evaluation)
        assert report.evaluated.differing == 0, (change, report.evaluated.first)


def test_every_optimizer_is_tried_with_every_loss_and_on_many_networks():
    assert len({(loss, optimizer) for _, loss, optimizer in CASES}) == 3 * len(OPTIMIZERS)
    for optimizer in OPTIMIZERS:
        assert len({name for name, _, used in CASES if used == optimizer}) > 4
    assert len(NETWORKS) >= 8


def drawn(seed):
    """The workbook of a network drawn over all layers and their options, with changed inputs."""
    network = DrawnNetwork(seed).network
    last = network.layers[-1]
    is_softmax = isinstance(last, Softmax) or getattr(last, "activation", "") == "softmax"
    is_sigmoid = getattr(last, "activation", "") == "sigmoid"
    loss = "binary_crossentropy" if is_sigmoid else "mean_squared_error"
    loss = "categorical_crossentropy" if is_softmax else loss
    optimizer = OPTIMIZERS[seed % len(OPTIMIZERS)]
    return changed(example(pieces(network, loss, optimizer, seed=seed)).content, seed)


@pytest.mark.recalculation
def test_an_engine_trains_any_drawn_network():
    """IronCalc is quick, and in tests/engines it calculates as all others do."""
    contents = [drawn(seed) for seed in range(DRAWN)]
    for seed, (content, evaluation) in enumerate(
        zip(contents, recalculate(contents, "ironcalc"), strict=True)
    ):
        require_clean(content, evaluation)
        report = compare_exported(read_exported(content), evaluation)
        assert report.evaluated.differing == 0, (seed, report.evaluated.first)
        assert report.changes == (), seed


@pytest.mark.parametrize("seed", range(100, 103))
def test_a_fast_engine_trains_a_few_drawn_networks(seed):
    content = drawn(seed)
    report = compare_exported(read_exported(content), recalculate([content], "formualizer")[0])
    assert report.evaluated.differing == 0, report.evaluated.first
    assert report.changes == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("channels", [1, 2])
def test_windows_of_the_same_numbers_tie_in_every_engine(channels, engine):
    """An image of stripes: max pooling finds several maxima, of which the first one learns."""
    text = "Conv2D(3, 3, padding='same'); MaxPooling2D(2); Flatten(); Dense(2, 'softmax')"
    network = initialize(parse(text).layers, (9, 9, channels), channels)
    made = pieces(network, optimizer="Adam(0.05)", batches=((0,), (0,)))
    stripes = np.tile(np.random.default_rng(channels).normal(size=(1, 3, channels)), (9, 3, 1))
    striped = example(replace(made, samples=((stripes, 0),)))
    ties = [value for name, value in striped.values.items() if name.name == "gradient equal maxima"]
    assert {2.0} < set(np.concatenate(ties).ravel())
    content = striped.content
    evaluation = recalculate([content], engine)[0]
    assert compare_exported(read_exported(content), evaluation).agrees
