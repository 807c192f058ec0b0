"""What a caller in Python gives: NumPy's scalars are taken, what can't be used is refused."""

from pathlib import Path

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import CnncalcError
from cnncalc.training.optimizer_notation import write_optimizer

NETWORK = 'Flatten(); Dense(10, activation="softmax")'
GRID = np.arange(64.0).reshape(8, 8)
IMAGES = np.arange(20 * 64, dtype=np.float64).reshape(20, 8, 8) % 251
DATA = (IMAGES, np.arange(20) % 10)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def trace():
    return cnncalc.record("Conv2D(1, 3); " + NETWORK, GRID)


@pytest.fixture(scope="module")
def model():
    return cnncalc.train(DATA, NETWORK, epochs=1).model


class GradientTensor:
    """As a tensor of PyTorch's that requires a gradient does."""

    def __array__(self, *_):
        message = "Can't call numpy() on Tensor that requires grad."
        raise RuntimeError(message)

    def __repr__(self):
        return "tensor(1., requires_grad=True)"


def train(**options):
    return cnncalc.train(DATA, NETWORK, epochs=1, **options)


def explain_gradient(**options):
    given = {"layer_name": "dense", "data": GRID, "target": 1} | options
    return cnncalc.explain_gradient(NETWORK, (0, 0), **given)


def refused(call, said):
    with pytest.raises(CnncalcError) as raised:
        call()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_scalars_of_numpy_are_pythons():
    result = cnncalc.train(
        DATA,
        NETWORK,
        epochs=np.int64(1),
        batch_size=np.int64(4),
        validation_split=np.float64(0.3),
        stratify=np.False_,
        learning_rate=np.float32(0.5),
        l2=np.float32(0.25),
        schedule=("step", np.int64(1), np.float32(0.5)),
        seed=np.int64(0),
    )
    rate = result.model.training.optimizer.learning_rate.initial_learning_rate
    assert (rate, type(rate)) == (0.5, float)


def test_an_optimizer_is_written_with_pythons_numbers():
    optimizer = train(learning_rate=np.float64(0.1)).model.training.optimizer
    assert write_optimizer(optimizer) == "Adam(learning_rate=0.1)"


@pytest.mark.parametrize("options", [{"data": GRID, "target": np.int64(1)}, {"data": DATA}])
def test_an_exported_training_takes_scalars_of_numpy(options):
    split = {} if "target" in options else {"validation_split": np.float64(0.1)}
    rate = np.float64(0.1)
    cnncalc.export_training("a.xlsx", NETWORK, learning_rate=rate, **options, **split)


def test_sizes_may_be_arrays(trace):
    assert cnncalc.summarize(trace.network, np.array([8, 8, 1])).parameters == 380
    sizes = {"strides": np.array([2, 2]), "padding": np.array([1, 1])}
    cnncalc.export_workbook("a.xlsx", GRID, "edge", **sizes)
    refused(lambda: train(image_size=np.array([8, 8])), "is for photos and .csv files")


def test_a_kernel_may_be_a_path():
    Path("k.csv").write_text("1 0\n0 1\n")
    expected = cnncalc.convolve(GRID, np.eye(2))
    assert (cnncalc.convolve(GRID, Path("k.csv"))[:, :, 0] == expected).all()
    assert cnncalc.convolve(GRID, [Path("k.csv"), "edge"][:1]).shape == (7, 7, 1)
    trace = cnncalc.calculate(GRID, Path("k.csv"))
    assert trace.provenance.kernels[0].name == "k.csv"


FLAGS = {
    "depthwise": lambda: cnncalc.calculate(GRID, "edge", depthwise="no"),
    "stratify": lambda: train(stratify="no"),
    "force": lambda: train(force="x"),
    "large": lambda: cnncalc.export_workbook("a.xlsx", GRID, "edge", large="x"),
    "worksheet": lambda: cnncalc.export_workbook("a.xlsx", GRID, "edge", worksheet=1),
    "resize": lambda: cnncalc.record(NETWORK, GRID, resize="no"),
    "raw": lambda: cnncalc.export_training("a.xlsx", NETWORK, DATA, raw="no"),
}


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_is_true_or_false(name):
    refused(FLAGS[name], f"{name} must be True or False. Received: {name}=")


def test_flags_of_a_model_are_true_or_false(model):
    refused(lambda: cnncalc.predict(model, GRID, explain="no"), "explain must be True or False")
    refused(lambda: cnncalc.predict(model, GRID, invert="no"), "invert must be True or False")
    refused(lambda: cnncalc.evaluate(model, DATA, grey="no"), "grey must be True or False")


SEEDED = {
    "train": lambda: train(seed=None),
    "record": lambda: cnncalc.record(NETWORK, GRID, seed=None),
    "record_training_step": lambda: cnncalc.record_training_step(1, DATA, NETWORK, seed=None),
    "export_training": lambda: cnncalc.export_training("a.xlsx", NETWORK, DATA, seed=None),
    "export_workbook": lambda: cnncalc.export_workbook("a.xlsx", GRID, network=NETWORK, seed=None),
    "explain_gradient": lambda: explain_gradient(seed=None),
}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_is_a_number(name):
    refused(SEEDED[name], "seed must be one whole number, at least 0. Received: seed=None")


REFUSED = {
    "training_steps must be one": lambda: cnncalc.export_training(
        "a.xlsx", NETWORK, DATA, training_steps=None
    ),
    "schedule must be": lambda: train(schedule=5),
    "Received: schedule=('cosine', 3, 0.1)": lambda: train(schedule=("cosine", 3, 0.1)),
    "Received: schedule=()": lambda: train(schedule=()),
    "cache is for photos": lambda: train(cache="x"),
    "strict is for photos": lambda: train(strict=True),
    "ignored must be texts": lambda: train(ignored="loss"),
    "output must be a file's path. Received: output=5": lambda: train(output=5),
    "output must be a file's path": lambda: cnncalc.export_workbook(None, GRID, "edge"),
    "workbook must be a file's path": lambda: cnncalc.verify(None),
    "weights must be a file's path": lambda: cnncalc.record(NETWORK, GRID, weights=5),
    "say must be a function": lambda: train(say=None),
    "engine must be one of numpy, keras": lambda: train(engine=None),
    "sheet must be a text. Received: sheet=1": lambda: cnncalc.read_image("w.xlsx", sheet=1),
    "cell_range must be a text": lambda: cnncalc.read_image("w.xlsx", cell_range=1),
    "class_names must be texts": lambda: explain_gradient(class_names=[1, 2, 3]),
    "needs its class, target": lambda: explain_gradient(target=None),
    "needs its class, target; ": lambda: explain_gradient(target=None, data=GRID.tolist()),
    "image must not be an empty text": lambda: cnncalc.read_image(""),
    "data must not be an empty text": lambda: cnncalc.train("", NETWORK),
    "the address 'http://x/y.png'": lambda: cnncalc.read_image("http://x/y.png"),
    "the address 'http://x.keras'": lambda: cnncalc.predict("http://x.keras", GRID),
    "the address 'http://x'": lambda: cnncalc.record("http://x", GRID),
    "strides must be": lambda: cnncalc.calculate(GRID, "edge", strides=0),
    "dilation_rate must be": lambda: cnncalc.convolve(GRID, "edge", dilation_rate=0),
    "images must be an array": lambda: cnncalc.train(([GRID, GRID[1:]], ["a", "b"]), NETWORK),
    "images must be given without a mask": lambda: cnncalc.train(
        (np.ma.masked_array(IMAGES, IMAGES > 9), DATA[1]), NETWORK
    ),
    "images=tensor(1., requires_grad=True)": lambda: cnncalc.train(
        (GradientTensor(), [1]), NETWORK
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cant_be_used_is_refused_in_one_line(said):
    refused(REFUSED[said], said)


def test_what_a_trace_has_no_use_for_is_refused(trace):
    beside = {"image": GRID, "input_shape": (8, 8, 1), "weights": "w.h5", "seed": 3, "resize": True}
    for name, value in beside.items():
        options = {name: value}
        refused(
            lambda options=options: cnncalc.explain(trace, (0,), layer_name="dense", **options),
            f"Received: {name}",
        )
        refused(
            lambda options=options: cnncalc.explain(trace.layers[0], (0, 0, 0), **options),
            f"Received: {name}",
        )


def test_a_network_in_memory_is_recorded_with_the_options_that_are_given(trace):
    network = trace.network
    refused(lambda: cnncalc.record(network, GRID, weights="none.keras"), "there is no file")
    refused(lambda: cnncalc.record(network, GRID, input_shape=(9, 9, 1)), "the network takes 9×9×1")
    refused(lambda: cnncalc.record(network, GRID, seed=None), "seed must be one whole number")
    refused(lambda: cnncalc.record(network, GRID, say=5), "say must be a function")


def test_weights_are_summarized_for_no_other_input(trace):
    refused(lambda: cnncalc.summarize(trace.network, (9, 9, 1)), "must have the shape (49, 10)")


def test_data_in_lists_is_no_image():
    data = [IMAGES.tolist(), DATA[1].tolist()]
    assert explain_gradient(target=None, data=data).layer.name == "dense"


BY_NAME = {
    "padding": lambda value: cnncalc.calculate(GRID, "edge", padding=value),
    "bias": lambda value: cnncalc.calculate(GRID, "edge", value),
    "x": lambda value: cnncalc.convolve(value, "edge"),
    "early_stopping": lambda value: train(early_stopping=value),
    "rescale": lambda value: train(rescale=value),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("padding", None),
        ("padding", True),
        ("padding", float("nan")),
        ("bias", True),
        ("x", None),
        ("early_stopping", float("nan")),
        ("early_stopping", True),
        ("rescale", float("nan")),
        ("rescale", True),
    ],
)
def test_what_is_no_value_is_refused_by_its_name(name, value):
    refused(lambda: BY_NAME[name](value), f"Received: {name}={value}")
