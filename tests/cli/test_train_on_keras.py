from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from cnncalc.cli import one_blas_thread
from cnncalc.cli.one_blas_thread import LIBRARIES
from cnncalc.files.checkpoints import checkpoint_path
from cnncalc.files.trained_models import read_model
from cnncalc.keras_engine import backend
from tests.cli.training_data import NETWORK, save_npz
from tests.keras_peer import import_keras
from tests.peers import requires

ROOT = Path(__file__).parents[2]
FAST = ("--network", NETWORK, "--epochs", "2", "--batch-size", "16")
ON_KERAS = (*FAST, "--engine", "keras")

peer = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning"),  # Keras's own
]


def on_peers(test):
    for mark in peer:
        test = mark(test)
    return test


@pytest.fixture
def data(tmp_path):
    return save_npz(tmp_path / "data.npz")


@pytest.fixture
def keras():
    return import_keras()


def test_without_keras_it_is_said_what_to_install(fails, data, monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    assert fails("train", data, *ON_KERAS) == (
        "engine keras needs Keras 3, which is not installed: pip install 'cnncalc[keras]'"
    )
    assert not Path("model.keras").exists()


def test_what_is_imported_afterwards_may_use_all_threads(monkeypatch):
    for name in one_blas_thread.LIBRARIES:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("MKL_NUM_THREADS", "3")  # as a user has set it
    monkeypatch.setattr(one_blas_thread, "_OURS", ["OPENBLAS_NUM_THREADS"])
    one_blas_thread.give_threads_back()
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    assert os.environ["MKL_NUM_THREADS"] == "3"


@on_peers
def test_the_same_command_gives_the_same_files_and_words(run, data, keras):
    said = {}
    for engine in ("numpy", "keras"):
        files = ("-o", f"{engine}.keras", "--history", f"{engine}.json", "--report")
        result = run("train", data, *FAST, "--engine", engine, *files, f"{engine}.xlsx")
        assert result.exit_code == 0, result.stderr
        said[engine] = result
    ours, theirs = (said[engine].stderr.splitlines() for engine in ("numpy", "keras"))
    name = f"Keras {keras.__version__} on {keras.backend.backend()}"
    assert theirs[:3] == [*ours[:2], f"engine: {name}"]
    assert [line.split(";")[0] for line in theirs[3:6]] == [
        line.split(";")[0] for line in ours[2:5]
    ]
    assert theirs[6:] == ["wrote keras.keras", "wrote keras.json", "wrote keras.xlsx"]
    assert said["keras"].stdout == said["numpy"].stdout
    histories = [json.loads(Path(f"{engine}.json").read_text()) for engine in ("numpy", "keras")]
    assert [list(row) for row in histories[0]] == [list(row) for row in histories[1]]
    workbook = openpyxl.load_workbook("keras.xlsx")
    cells = [cell for sheet in workbook for row in sheet.values for cell in row]
    assert f"keras on {keras.backend.backend()}" in cells
    for mine, other in zip(*(weights(f"{name}.keras") for name in said), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


def weights(path):
    return [array for own in read_model(Path(path)).network.weights for array in own.values()]


@on_peers
def test_keras_loads_the_model_predicts_the_same_and_goes_on_training(run, data, keras):
    assert run("train", data, *ON_KERAS).exit_code == 0
    result = run("evaluate", "model.keras", data, "--format", "json")
    model = keras.models.load_model("model.keras")
    with np.load(data) as arrays:
        images = arrays["x_test"].astype(np.float32)
        wanted = np.eye(3, dtype=np.float32)[arrays["y_test"]]
    loss, accuracy = model.evaluate(images, wanted, verbose=0)
    told = json.loads(result.stdout)
    assert (told["loss"], told["accuracy"]) == pytest.approx((loss, accuracy), abs=1e-5)
    assert model.optimizer.iterations == 4
    model.fit(images, wanted, verbose=0)


@on_peers
def test_a_trained_model_is_trained_on_with_its_optimizer(run, data, keras):
    assert run("train", data, *FAST, "--optimizer", "rmsprop", "-o", "first.keras").exit_code == 0
    for engine in ("numpy", "keras"):
        options = ("--network", "first.keras", "--engine", engine, "--batch-size", "16")
        result = run("train", data, *options, "--epochs", "2", "-o", f"{engine}.keras")
        assert result.exit_code == 0, result.stderr
    ours, theirs = (read_model(Path(f"{name}.keras")).training for name in ("numpy", "keras"))
    assert ours.state.iterations == theirs.state.iterations == 8
    for mine, other in zip(ours.state.slots, theirs.state.slots, strict=True):
        np.testing.assert_allclose(mine["velocity"], other["velocity"], rtol=1e-3, atol=1e-7)
    for mine, other in zip(*map(weights, ("numpy.keras", "keras.keras")), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


@on_peers
def test_a_stopped_training_is_resumed_to_the_very_same_bytes(run, data, fails, keras):
    interrupted("train", data, *ON_KERAS, "--epochs", "100000")
    message = fails("train", data, *FAST, "--epochs", "4", "--resume")
    engine = f"keras on {keras.backend.backend()}"
    assert message == (
        "'model.keras.checkpoint' is of another training; they differ in engine. "
        f"Expected {engine}. Received: numpy"
    )
    done = read_epochs(checkpoint_path(Path("model.keras")))
    again = ("train", data, *ON_KERAS, "--epochs", str(done + 2))
    resumed = alone(*again, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert f"resumed in epoch {done + 1}, after " in resumed.stderr
    straight = alone(*again, "-o", "straight.keras")
    assert straight.returncode == 0, straight.stderr
    assert Path("model.keras").read_bytes() == Path("straight.keras").read_bytes()


def read_epochs(path):
    with np.load(path) as archive:
        return len(json.loads(str(archive["about"]))["history"])


def command(*arguments):
    """A process of its own: how many threads a backend takes here is what earlier tests left."""
    words = [sys.executable, "-m", "cnncalc", *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name not in LIBRARIES}
    environment["PYTHONPATH"] = str(ROOT)
    return {"args": words, "env": environment, "stderr": subprocess.PIPE, "text": True}


def alone(*arguments):
    """Run a command in a process of its own."""
    return subprocess.run(**command(*arguments), stdout=subprocess.DEVNULL, check=False)


def interrupted(*arguments):
    """Train in a process of its own, and press Ctrl-C after some epochs."""
    with subprocess.Popen(**command(*arguments)) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 3/"):
                process.send_signal(signal.SIGINT)
                break
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "Stopped and saved. Go on with: cnncalc train" in said


@on_peers
def test_keras_on_pytorch_trains_no_uneven_average_pooling(run, data, keras):
    layers = "AveragePooling2D(2, strides=1, padding='same'); Flatten(); Dense(3)"
    options = ("--network", layers, "--engine", "keras", "--epochs", "1")
    result = run("train", data, *options)
    message = "Keras on PyTorch averages copies of the edge where padding='same' is uneven; "
    is_refused = keras.backend.backend() == "torch"
    assert (result.exit_code, message in result.stderr) == (2 * is_refused, is_refused)
