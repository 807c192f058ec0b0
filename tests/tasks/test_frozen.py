"""Results can't be written to, whatever made them goes on to do with its own arrays."""

import copy
import dataclasses
import pickle
from collections.abc import Mapping

import numpy as np
import pytest

import cnncalc
from cnncalc.tasks.frozen import frozen

NETWORK = 'Conv2D(1, 3); Flatten(); Dense(10, activation="softmax")'
GRID = np.arange(64.0).reshape(8, 8)


@pytest.fixture(scope="module")
def trained():
    return cnncalc.train(network=NETWORK, epochs=1)


def writeable(value, name):
    """Return the names of what can be written to in a result."""
    if isinstance(value, np.ndarray):
        return [name] if value.flags.writeable else []
    if isinstance(value, Mapping):
        own = [name] if hasattr(value, "__setitem__") else []
        return own + [n for k, part in value.items() for n in writeable(part, f"{name}[{k}]")]
    if isinstance(value, tuple):
        return [n for i, part in enumerate(value) for n in writeable(part, f"{name}[{i}]")]
    if not dataclasses.is_dataclass(value) or not type(value).__dataclass_params__.frozen:
        return []
    fields = [field.name for field in dataclasses.fields(value)]
    return [n for field in fields for n in writeable(getattr(value, field), f"{name}.{field}")]


RESULTS = {
    "calculate": lambda model: cnncalc.calculate(GRID, "edge"),
    "evaluate": lambda model: cnncalc.evaluate(model.model),
    "explain": lambda model: cnncalc.explain(NETWORK, (0,), layer_name="dense", image=GRID),
    "explain_gradient": lambda model: cnncalc.explain_gradient(
        NETWORK, (0, 0), layer_name="dense", data=GRID, target=1
    ),
    "predict": lambda model: cnncalc.predict(model.model, GRID, explain=True),
    "read_image": lambda model: cnncalc.read_image(GRID),
    "record": lambda model: cnncalc.record(NETWORK, GRID),
    "record_training_step": lambda model: cnncalc.record_training_step(2, network=NETWORK),
    "train": lambda model: model,
}


@pytest.mark.parametrize("name", RESULTS)
def test_nothing_in_a_result_can_be_written_to(name, trained):
    assert writeable(RESULTS[name](trained), name) == []


def test_arrays_that_were_given_can_still_be_written_to(trained):
    images, labels = np.stack([GRID, GRID.T]), np.array([0, 1])
    cnncalc.evaluate(trained.model, (images, labels))
    cnncalc.record(NETWORK, GRID)
    assert all(array.flags.writeable for array in (images, labels, GRID))


def test_a_trace_can_be_copied_and_pickled():
    trace = cnncalc.record(NETWORK, GRID)
    for twin in (copy.deepcopy(trace), pickle.loads(pickle.dumps(trace))):  # noqa: S301 (our own)
        assert (twin.output == trace.output).all()
        assert writeable(twin.network.weights, "weights") == [
            f"weights[{layer}][{name}]" for layer in (0, 2) for name in ("kernel", "bias")
        ]  # NumPy's copies of arrays are the user's


def test_a_result_without_anything_to_freeze_is_itself():
    summary = cnncalc.summarize(NETWORK, (8, 8, 1))
    assert frozen(summary) is summary
