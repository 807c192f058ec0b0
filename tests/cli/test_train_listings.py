"""A listing's `model.compile` says how a network is trained, or training refuses."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

LISTING = """model = keras.Sequential([Flatten(), Dense(2, activation="softmax")])
model.compile({compiled})
model.fit(x, y)
"""


@pytest.fixture(autouse=True)
def data(tmp_path):
    images = np.random.default_rng(0).random((8, 3, 3, 1))
    np.savez(tmp_path / "data.npz", x_train=images, y_train=np.arange(8) % 2)


def trained(run, tmp_path, compiled, *options):
    (tmp_path / "listing.py").write_text(LISTING.format(compiled=compiled))
    return run("train", "data.npz", "--network", "listing.py", "--epochs", "1", *options)


@pytest.mark.parametrize(
    ("compiled", "loss", "optimizer", "rate"),
    [
        ("'sgd', 'mse'", "mean_squared_error", "SGD", 0.01),
        ("optimizer=SGD(lr=0.5), loss='mse'", "mean_squared_error", "SGD", 0.5),
        (
            "loss='sparse_categorical_crossentropy', optimizer=keras.optimizers.RMSprop(1e-3), "
            "metrics=['accuracy']",
            "categorical_crossentropy",
            "RMSprop",
            0.001,
        ),
    ],
)
def test_a_loss_and_an_optimizer_that_cnncalc_has_are_taken(
    run, tmp_path, compiled, loss, optimizer, rate
):
    result = trained(run, tmp_path, compiled)
    assert f"model.compile asks for {loss}, {optimizer}(learning_rate={rate}" in result.stderr
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        saved = json.loads(archive.read("config.json"))["compile_config"]
    assert saved["loss"] == loss
    assert saved["optimizer"]["class_name"] == optimizer
    assert saved["optimizer"]["config"]["learning_rate"] == rate


@pytest.mark.parametrize(
    ("compiled", "said"),
    [
        ("'adam', 'mae'", "model.compile: loss='mae' (--loss replaces it)"),
        ("Lion(), 'mse'", "model.compile: optimizer=Lion() (--optimizer replaces it)"),
        ("'adam', 'mse', loss_weights=[2]", "model.compile: loss_weights=[2]"),
        ("loss=keras.losses.Huber(), optimizer='adam'", "loss=keras.losses.Huber() (--loss"),
    ],
)
def test_what_it_lacks_is_refused_by_name(run, tmp_path, compiled, said):
    result = trained(run, tmp_path, compiled)
    assert result.exit_code == 2
    assert said in result.stderr.splitlines()[-1]


def test_an_option_replaces_what_it_lacks(run, tmp_path):
    result = trained(run, tmp_path, "'adam', 'mae'", "--loss", "mean_squared_error")
    assert result.exit_code == 0, result.stderr


def test_what_it_asks_of_a_training_keeps_no_trace_from_being_shown(run, tmp_path):
    trained(run, tmp_path, "'adam', 'mae'")
    assert run("summary", "listing.py", "--input-shape", "3,3,1").exit_code == 0
