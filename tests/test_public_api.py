import doctest
import importlib
import inspect
import pkgutil
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cnncalc
from cnncalc.errors import CnncalcError
from tests.keras_peer import import_keras
from tests.peers import requires

DOCUMENTATION = Path(__file__).parent.parent / "docs" / "python.md"
NETWORK = "Flatten(); Dense(2, activation='softmax')"
GRID = np.arange(9.0).reshape(3, 3)


def test_all_is_sorted_and_every_name_can_be_had():
    assert cnncalc.__all__ == sorted(cnncalc.__all__)
    assert all(hasattr(cnncalc, name) for name in cnncalc.__all__)
    assert dir(cnncalc) == cnncalc.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'convolv'"):
        cnncalc.convolv  # noqa: B018 (the access is the test)


@pytest.mark.parametrize("name", [name for name in cnncalc.__all__ if name != "__version__"])
def test_every_name_has_an_example_in_its_docstring(name):
    public = getattr(cnncalc, name)
    assert public.__module__.startswith("cnncalc.")
    assert ">>>" in public.__doc__


def all_modules():
    found = pkgutil.walk_packages(cnncalc.__path__, "cnncalc.")
    return sorted(module.name for module in found if not module.name.endswith("__main__"))


@pytest.mark.parametrize("name", ["cnncalc", *all_modules()])
def test_the_examples_in_the_docstrings_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def trace():
    return cnncalc.record(NETWORK, GRID)


def network():
    return trace().network


# How each name is called; what it gives is another test's matter.
CALLS = {
    "Calculation": lambda: cnncalc.Calculation([[1]]),
    "CnncalcError": lambda: cnncalc.CnncalcError("text"),
    "Network": lambda: cnncalc.Network((2, 2, 1), (), ()),
    "Trace": lambda: cnncalc.Trace(network(), trace().input, ()),
    "__version__": lambda: cnncalc.__version__,
    "assemble": lambda: cnncalc.assemble([], (2, 2, 1), []),
    "calculate": lambda: cnncalc.calculate(GRID, "identity"),
    "check_cases": lambda: cnncalc.check_cases("max"),
    "convolve": lambda: cnncalc.convolve(GRID, [[1]]),
    "derive": lambda: list(cnncalc.derive(trace(), "dense", (0,))),
    "evaluate": lambda: cnncalc.evaluate(network(), (np.stack([GRID, -GRID]), [0, 1])),
    "explain": lambda: cnncalc.explain(trace(), (0,), layer_name="dense"),
    "explain_gradient": lambda: cnncalc.explain_gradient(
        NETWORK, (0, 0), layer_name="dense", data=GRID, target=1
    ),
    "export_page": lambda: cnncalc.export_page("c.html", trace()),
    "export_film": lambda: cnncalc.export_film("a.gif", GRID, "edge", width=240),
    "export_training": lambda: cnncalc.export_training("a.xlsx", NETWORK, GRID, target=1),
    "export_workbook": lambda: cnncalc.export_workbook("b.xlsx", trace()),
    "follow": lambda: cnncalc.follow(cnncalc.calculate(GRID, "identity"), (0, 0)),
    "forward": lambda: cnncalc.forward(network(), GRID[np.newaxis, :, :, np.newaxis]),
    "output_size": lambda: cnncalc.output_size(3, 2),
    "pool": lambda: cnncalc.pool(GRID),
    "pooling_layer": lambda: cnncalc.pooling_layer("max"),
    "pooling_network": lambda: cnncalc.pooling_network((3, 3), cnncalc.pooling_layer("max")),
    "predict": lambda: cnncalc.predict(network(), GRID),
    "read_image": lambda: cnncalc.read_image(GRID),
    "record": lambda: cnncalc.record(NETWORK, GRID),
    "record_training_step": lambda: cnncalc.record_training_step(1, training(), NETWORK),
    "summarize": lambda: cnncalc.summarize(NETWORK, (3, 3, 1)),
    "train": lambda: cnncalc.train(training(), NETWORK, epochs=1),
    "verify": lambda: cnncalc.verify(
        cnncalc.export_workbook("c.xlsx", trace())[0], engine="formualizer"
    ),
}


def training():
    return np.stack([GRID, -GRID, GRID.T, -GRID.T]), ["a", "b", "a", "b"]


def test_no_name_is_a_modules_name():
    names = {module.removeprefix("cnncalc.") for module in all_modules()}
    assert names & set(cnncalc.__all__) == set()


def test_each_name_stays_what_it_is_when_every_module_is_imported_and_can_be_called(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = {name: getattr(cnncalc, name) for name in cnncalc.__all__}
    for module in all_modules():
        importlib.import_module(module)
    assert {name: getattr(cnncalc, name) for name in cnncalc.__all__} == before
    assert sorted(CALLS) == cnncalc.__all__
    assert not any(inspect.ismodule(value) for value in before.values())
    for call in CALLS.values():
        call()


def test_importing_the_package_imports_nothing_heavy():
    program = "import sys, cnncalc; print({'numpy', 'click', 'rich', 'PIL'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"


def test_a_task_imports_neither_click_nor_rich():
    tasks = [module for module in all_modules() if module.startswith("cnncalc.tasks.")]
    program = (
        f"import sys, importlib\n[importlib.import_module(name) for name in {tasks}]\n"
        "print({'click', 'rich', 'keras'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"


def test_the_names_of_before_keep_their_first_parameters():
    parameters = {
        "convolve": ["x", "kernels", "bias"],
        "explain": ["layer", "at"],
        "pool": ["x", "size", "strides"],
        "record": ["network", "image", "drawn"],
        "summarize": ["layers", "input_shape"],
    }
    for name, first in parameters.items():
        given = list(inspect.signature(getattr(cnncalc, name)).parameters)
        assert given[: len(first)] == first


def test_an_error_of_any_task_is_cnncalcs_own():
    with pytest.raises(CnncalcError):
        cnncalc.record("Dens(2)", GRID)


class GradientTensor:
    """As a tensor of PyTorch's that requires a gradient does."""

    def __array__(self, *_):
        message = "Can't call numpy() on Tensor that requires grad."
        raise RuntimeError(message)

    def __repr__(self):
        return "tensor(1., requires_grad=True)"


REFUSED = {
    "Received: combine='avg'": lambda: cnncalc.calculate(GRID, "edge", combine="avg"),
    "numbers without a mask": lambda: cnncalc.convolve(np.ma.masked_array(GRID, GRID > 3), "edge"),
    "image=tensor(1., requires_grad=True)": lambda: cnncalc.record(NETWORK, GradientTensor()),
    "must have pixels. Received: 0 wide × 0 high": lambda: cnncalc.read_image(
        Image.new("L", (0, 0))
    ),
    "Received: 'Conv2D(1,3)'": lambda: cnncalc.assemble(["Conv2D(1,3)"], (3, 3, 1), [{}]),
    "one mapping a layer (0). Received: 5": lambda: cnncalc.assemble([], (3, 3, 1), 5),
    "network must be a Network": lambda: cnncalc.forward("text", GRID),
    "a position in the output of dense": lambda: cnncalc.derive(trace(), "dense", ("a",)),
    "trace must be a Trace": lambda: cnncalc.derive("x", "dense", (0,)),
    "trace must be a Trace, ": lambda: cnncalc.follow("x", (0, 0)),
    "an input shape must be": lambda: cnncalc.assemble([], None, []),
    "image' must have pixels": lambda: cnncalc.predict(network(), Image.new("L", (0, 0))),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_no_function_can_use_is_an_error_of_cnncalc(said):
    with pytest.raises(CnncalcError) as raised:
        REFUSED[said]()
    assert said in str(raised.value)


def test_the_examples_of_the_documentation_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(DOCUMENTATION), module_relative=False)
    assert result.attempted > 30
    assert result.failed == 0


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
def test_the_documentation_of_a_live_model_runs(tmp_path, monkeypatch):
    keras = import_keras()
    monkeypatch.chdir(tmp_path)
    text = DOCUMENTATION.read_text().partition("## A live Keras model")[2]
    program = tmp_path / "program.py"
    program.write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1])
    found = runpy.run_path(str(program))
    image = found["image"][np.newaxis, :, :, np.newaxis]
    expected = keras.ops.convert_to_numpy(found["model"](image))[0]
    np.testing.assert_allclose(found["trace"].output.ravel(), expected, rtol=1e-5)
    np.testing.assert_allclose(found["prediction"].outputs, expected, rtol=1e-5)
    assert (tmp_path / "model.xlsx").exists()


def test_the_documentation_names_every_function():
    text = DOCUMENTATION.read_text()
    named = set(re.findall(r"cnncalc\.([a-z_]+)", text))
    functions = {name for name in cnncalc.__all__ if inspect.isfunction(getattr(cnncalc, name))}
    by_networks = {"assemble", "forward", "pooling_layer", "pooling_network"}
    assert functions - named == by_networks
