"""What a training that is resumed may be asked for, and what it refuses."""

from pathlib import Path

import pytest

from cnncalc.files.checkpoints import checkpoint_path
from tests.cli.test_train import stop_after
from tests.cli.training_data import NETWORK, save_npz

DATA = ("train", "data.npz", "--batch-size", "16")


@pytest.fixture
def stopped(run, tmp_path, monkeypatch):
    """Stop a training of batches 1 to 4, of two an epoch, after so many; return its options."""
    save_npz(tmp_path / "data.npz")

    def stop(batches):
        with monkeypatch.context() as patch:
            stop_after(patch, batches)
            assert run(*DATA, "--network", NETWORK, "--epochs", "5").exit_code == 130
        return (*DATA, "--network", NETWORK, "--resume")

    return stop


@pytest.mark.parametrize(("batches", "reached"), [(4, 2), (5, 3)])
def test_fewer_epochs_than_were_begun_are_refused_and_the_checkpoint_is_kept(
    run, fails, stopped, batches, reached
):
    options = stopped(batches)
    line = fails(*options, "--epochs", reached - 1)
    assert line == (
        f"the training has come to epoch {reached} already; --epochs must be at least {reached}. "
        f"Received: {reached - 1}"
    )
    assert checkpoint_path(Path("model.keras")).exists()
    assert not Path("model.keras").exists()
    assert run(*options, "--epochs", reached).exit_code == 0


def test_another_network_is_shown_as_it_is_written(fails, stopped):
    stopped(1)
    other = "Flatten(); Dense(3, activation='softmax')"
    line = fails(*DATA, "--network", other, "--resume")
    assert line == (
        "'model.keras.checkpoint' is of another training; they differ in network. Expected "
        'Rescaling(1/255); Conv2D(3, 3, activation="relu"); Flatten(); '
        'Dense(3, activation="softmax"). '
        'Received: Rescaling(1/255); Flatten(); Dense(3, activation="softmax")'
    )
