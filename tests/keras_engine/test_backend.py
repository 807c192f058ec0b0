import json
import sys
from types import SimpleNamespace

import pytest

from cnncalc.errors import OptionError
from cnncalc.keras_engine import backend


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Say which packages are installed, and which backend Keras's own file names, if any."""
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "")  # so that what is set meanwhile is undone
    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    version = {"__version__": "3.15.1"}
    monkeypatch.setattr(backend, "import_module", lambda name: SimpleNamespace(**version))

    def install(*packages, configured=None, keras="3.15.1"):
        version["__version__"] = keras
        monkeypatch.setattr(backend, "find_spec", lambda name: name if name in packages else None)
        if configured is not None:
            (tmp_path / "keras.json").write_text(configured)

    return install


@pytest.mark.parametrize(
    ("packages", "configured", "chosen"),
    [
        (["jax", "torch", "tensorflow"], None, "jax"),
        (["torch"], None, "torch"),
        (["jax", "torch"], '{"backend": "torch"}', "torch"),
        (["torch"], '{"backend": "tensorflow"}', "torch"),  # Keras writes that file by itself
        (["torch"], "damaged", "torch"),
        (["jax"], json.dumps(["no mapping"]), "jax"),
    ],
)
def test_the_backend_is_one_that_is_installed(installed, packages, configured, chosen):
    installed("keras", *packages, configured=configured)
    backend.import_keras()
    assert backend.os.environ["KERAS_BACKEND"] == chosen


def test_the_environment_chooses_the_backend(installed, monkeypatch):
    installed("keras", "jax", "torch", configured='{"backend": "jax"}')
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    backend.import_keras()
    assert backend.os.environ["KERAS_BACKEND"] == "torch"


@pytest.mark.parametrize(
    ("packages", "chosen", "message"),
    [
        ([], None,
         "engine keras needs Keras 3, which is not installed: pip install 'cnncalc[keras]'"),
        (["keras"], None,
         "engine keras needs jax, torch or tensorflow, none is installed: "
         "pip install 'cnncalc[keras]'"),
        (["keras", "jax"], "torch",
         "KERAS_BACKEND must name an installed backend, jax, torch or tensorflow. "
         "Received: KERAS_BACKEND=torch, which is not installed"),
        (["keras", "jax"], "numpy",
         "KERAS_BACKEND must name an installed backend, jax, torch or tensorflow. "
         "Received: KERAS_BACKEND=numpy, which can't train"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(installed, monkeypatch, packages, chosen, message):
    installed(*packages)
    if chosen:
        monkeypatch.setenv("KERAS_BACKEND", chosen)
    with pytest.raises(OptionError) as caught:
        backend.import_keras()
    assert str(caught.value) == message


def test_keras_2_is_refused(installed):
    installed("keras", "tensorflow", keras="2.15.0")
    with pytest.raises(OptionError, match=r"needs Keras 3: .* Received: Keras 2\.15\.0"):
        backend.import_keras()
