import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnncalc.errors import InputError, OptionError, OutputError
from cnncalc.files import checkpoints
from cnncalc.files.checkpoints import (
    CheckpointWriter,
    checkpoint_path,
    read_checkpoint,
    write_checkpoint,
)
from cnncalc.layers import Add, Conv2D, Dense, Flatten
from cnncalc.network import initialize
from cnncalc.training.fit import fit
from cnncalc.training.history import EarlyStopping
from cnncalc.training.identity import identity
from cnncalc.training.optimizers import SGD, Adam
from tests.training.examples import flat, network, parts, plan

DATA = parts()
ROOT = Path(__file__).parents[2]


def frozen(given):
    """The same network with its first layer frozen."""
    first, *others = given.layers
    return replace(given, layers=(replace(first, trainable=False), *others))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras.checkpoint"


def stop_after(batches):
    count = iter(range(1, 100))
    return lambda: next(count) >= batches


@pytest.mark.parametrize("optimizer", [SGD(), SGD(momentum=0.9), Adam(amsgrad=True)])
@pytest.mark.parametrize("batches", [1, 4, 6, 9])
def test_a_training_goes_on_from_its_file_to_the_very_same_bytes(path, optimizer, batches):
    stopping = EarlyStopping(patience=5, restore_best_weights=True)
    planned = plan(network=network(extras=True), optimizer=optimizer, early_stopping=stopping)
    what = identity(planned, DATA)
    write_checkpoint(path, fit(planned, DATA, should_stop=stop_after(batches)), what)
    resumed = fit(planned, DATA, read_checkpoint(path, what))
    expected = fit(planned, DATA)
    assert flat(resumed.weights) == flat(expected.weights)
    assert flat(resumed.best_weights) == flat(expected.best_weights)
    assert [replace(record, seconds=0) for record in resumed.history] == [
        replace(record, seconds=0) for record in expected.history
    ]


BRANCHES = (
    Conv2D(2, 3, padding="same", name="short"),
    Conv2D(2, 3, padding="same", name="first", inputs=("input",)),
    Conv2D(2, 3, padding="same", name="second"),
    Add(name="add", inputs=("short", "second", "input")),
    Flatten(name="flatten"),
    Dense(3, activation="softmax", name="dense"),
)


@pytest.mark.parametrize("batches", [1, 6])
def test_a_training_of_branches_goes_on_from_its_file_and_from_no_other_wiring(path, batches):
    planned = plan(network=initialize(BRANCHES, (6, 5, 2)), optimizer=SGD(momentum=0.9))
    what = identity(planned, DATA)
    write_checkpoint(path, fit(planned, DATA, should_stop=stop_after(batches)), what)
    resumed = fit(planned, DATA, read_checkpoint(path, what))
    assert flat(resumed.weights) == flat(fit(planned, DATA).weights)
    rewired = list(BRANCHES)
    rewired[3] = replace(BRANCHES[3], inputs=("short", "second", "short"))
    other = identity(replace(planned, network=initialize(rewired, (6, 5, 2))), DATA)
    with pytest.raises(OptionError, match="network"):
        read_checkpoint(path, other)


def test_a_checkpoint_is_written_after_each_epoch(path, monkeypatch):
    epochs = []
    monkeypatch.setattr(
        checkpoints, "write_checkpoint", lambda path, state, what: epochs.append(state.epoch)
    )
    fit(plan(), DATA, watchers=[CheckpointWriter(path, {})])
    assert epochs == [2, 3, 4]


def test_a_checkpoint_is_written_when_the_minutes_are_over(path, monkeypatch):
    now, written = [0.0], []
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(checkpoints, "write_checkpoint", lambda *_: written.append(now[0]))
    writer = CheckpointWriter(path, {}, minutes=2)
    for seconds in (60, 119, 120, 130, 239, 240):
        now[0] = seconds
        writer.on_batch(None)
    assert written == [120, 240]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 1}, r"seed\. Expected 0\. Received: 1"),
        ({"batch_size": 8}, r"batch_size\. Expected 16\. Received: 8"),
        ({"optimizer": Adam(learning_rate=0.1)}, r"optimizer.* Received: Adam.*rate=0\.1"),
        ({"network": network(seed=1)}, "initial weights$"),
        ({"network": network(extras=True)}, "network"),
        ({"network": frozen(network())}, r"network.* Received: Conv2D\(.*trainable=False\)"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(path, change, words):
    write_checkpoint(path, fit(plan(), DATA), identity(plan(), DATA))
    with pytest.raises(
        OptionError, match=rf"checkpoint' is of another training; they differ in {words}"
    ):
        read_checkpoint(path, identity(plan(**change), DATA))


def test_a_checkpoint_of_other_data_is_refused(path):
    write_checkpoint(path, fit(plan(), DATA), identity(plan(), DATA))
    other = replace(DATA, training=DATA.training.part(np.arange(49)))
    with pytest.raises(OptionError, match=r"differ in training data$"):
        read_checkpoint(path, identity(plan(), other))
    changed = replace(DATA.training, images=DATA.training.images + 1)
    with pytest.raises(OptionError, match=r"differ in training data$"):
        read_checkpoint(path, identity(plan(), replace(DATA, training=changed)))


@pytest.mark.parametrize("arithmetic", [None, "0 with NumPy 2.0.0"])
def test_a_checkpoint_of_other_arithmetic_is_refused(path, arithmetic):
    what = identity(plan(), DATA)
    kept = {"arithmetic": arithmetic} if arithmetic else {}
    older = {name: value for name, value in what.items() if name != "arithmetic"} | kept
    write_checkpoint(path, fit(plan(), DATA), older)
    content = dict(np.load(path))
    about = json.loads(str(content["about"]))
    content["about"] = np.array(json.dumps({"identity": about["identity"], "another": "form"}))
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **content)
    words = (
        r"checkpoint' was begun by a version of cnncalc or NumPy whose numbers differ: .* with "
        rf"--force\. Expected arithmetic {arithmetic or 0}\. Received: {what['arithmetic']}$"
    )
    with pytest.raises(OptionError, match=words):
        read_checkpoint(path, what)


def test_a_training_may_be_made_longer():
    assert identity(plan(epochs=3), DATA) == identity(plan(epochs=4, threads=1), DATA)


@pytest.mark.parametrize("damage", ["cut", "text", "empty archive", "array"])
def test_a_damaged_checkpoint_is_one_clear_line(path, damage):
    write_checkpoint(path, fit(plan(epochs=1), DATA), {})
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:2000])
    elif damage == "text":
        path.write_text("no checkpoint")
    else:
        with path.open("wb") as file:
            np.savez(file) if damage == "empty archive" else np.save(file, np.ones(2))
    with pytest.raises(InputError, match=r"checkpoint' is no checkpoint, or a damaged one"):
        read_checkpoint(path, {})


@pytest.mark.parametrize(
    ("place", "byte"),
    [(8, 1), (10, 8), (10, 14), (10, 99), (16, 0)],
    ids=["encrypted", "deflate", "lzma", "no method", "checksum"],
)
def test_one_damaged_byte_of_a_checkpoint_is_one_clear_line(path, place, byte):
    write_checkpoint(path, fit(plan(epochs=1), DATA), {})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + place] = byte  # in the archive's first list entry
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"checkpoint' is no checkpoint, or a damaged one"):
        read_checkpoint(path, {})


@pytest.mark.parametrize(
    "about",
    [{"layers": 1}, {"layers": None}, {"history": [{"epoch": 1}]}, {"history": 5}, {"identity": 5}],
)
def test_a_checkpoint_that_contradicts_itself_is_one_clear_line(path, about):
    write_checkpoint(path, fit(plan(epochs=1), DATA), {})
    with np.load(path) as archive:
        arrays = dict(archive)
    text = json.dumps(json.loads(str(arrays.pop("about"))) | about)
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, about=np.array(text), **arrays)
    with pytest.raises(InputError, match=r"checkpoint' is no checkpoint, or a damaged one"):
        read_checkpoint(path, {})


def test_a_checkpoint_larger_than_any_memory_is_one_clear_line(path):
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**15,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about.npy", header.getvalue())
    with pytest.raises(InputError, match=r"checkpoint' is no checkpoint, or a damaged one"):
        read_checkpoint(path, {})


def test_a_missing_checkpoint_is_one_clear_line(path):
    with pytest.raises(InputError, match=r"there is no file '.*checkpoint'"):
        read_checkpoint(path, {})


def test_a_checkpoint_that_cannot_be_written_leaves_the_older_one(path, monkeypatch):
    state = fit(plan(epochs=1), DATA)
    write_checkpoint(path, state, {})
    before = path.read_bytes()

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OutputError, match="can't be written: no space left on device"):
        write_checkpoint(path, state, {})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_checkpoint_stands_beside_its_model():
    assert checkpoint_path(Path("a/model.keras")) == Path("a/model.keras.checkpoint")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the test forks")
def test_killed_20_times_a_training_ends_at_the_very_same_bytes(path):
    program = [sys.executable, "-m", "tests.files.killed_training", path, "20", "1"]
    run = subprocess.run(program, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.stderr == ""
    result = json.loads(run.stdout)
    assert sum(result["killed"].values()) == 20
    assert result["killed"]["training"] >= 10
    assert result["same weights"]
