import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from cnncalc.files.checkpoints import checkpoint_path
from cnncalc.files.trained_models import read_model
from cnncalc.layers import L2
from cnncalc.training.optimizers import SGD, Adam, RMSprop
from cnncalc.training.schedules import CosineDecay, ExponentialDecay
from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import pixels, save, save_classes
from tests.training.examples import flat

ROOT = Path(__file__).parents[2]
FITS = ("data.npz", "--network", NETWORK)
FAST = ("--network", NETWORK, "--epochs", "2", "--batch-size", "16")


@pytest.fixture
def data(tmp_path):
    return save_npz(tmp_path / "data.npz")


@pytest.fixture
def trained(run):
    """Train with options; return the model, and what was said on the two outputs."""

    def train(*arguments, output="model.keras"):
        result = run("train", *arguments, "-o", output)
        assert result.exit_code == 0, result.stderr
        return read_model(Path(output)), result

    return train


def test_a_model_is_trained_saved_and_shown(trained, data):
    model, result = trained(data, *FAST)
    assert model.class_names == ("0", "1", "2")
    said = result.stderr.splitlines()
    assert said[0] == "28 images of 6×5×2 to train on, 12 to validate with; 3 classes: 0, 1, 2"
    assert said[1].startswith("network: Rescaling(1/255); Conv2D(3, 3")
    assert said[2] == "training with categorical_crossentropy, Adam(learning_rate=0.001)"
    assert said[3].startswith("epoch 1/2: loss ")
    assert "val_accuracy" in said[4]
    assert said[5:] == ["wrote model.keras"]
    shown = result.stdout.splitlines()
    assert [line.split()[0] for line in shown[:4]] == [
        "loss",
        "val_loss",
        "accuracy",
        "val_accuracy",
    ]
    assert shown[5].startswith("Test data: ")
    assert shown[-1] == "Rows are the true classes, columns what they were taken for."
    assert not checkpoint_path(Path("model.keras")).exists()


def test_without_data_it_learns_the_digits(trained):
    model, result = trained("--epochs", "1")
    assert "1,005 images of 8×8×1 to train on, 432 to validate with; 10 classes" in result.stderr
    assert "Rescaling(0.0625)" in result.stderr
    assert model.network.shapes[-1] == (10,)
    accuracy = float(result.stderr.split("val_accuracy ")[1].split(";")[0])
    assert accuracy > 0.6


def test_a_folder_of_photos_gets_the_articles_network(trained, tmp_path):
    save_classes(tmp_path / "pets", 4)
    options = ("--image-size", "20,16", "--epochs", "1", "--cache", "cache", "--stratify")
    model, result = trained("pets", *options)
    assert (model.network.input_shape, model.class_names) == ((20, 16, 3), ("cats", "dogs"))
    kinds = [type(layer).__name__ for layer in model.network.layers]
    assert kinds == ["Rescaling", "Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert "Warning" not in result.stderr


def test_a_split_that_leaves_a_class_out_is_warned_of(trained, tmp_path):
    save_classes(tmp_path / "pets", 10)
    _, result = trained("pets", "--image-size", "8", "--epochs", "1", "--cache", "cache")
    assert (
        "Warning: the validation part holds no 'cats': its accuracy says nothing about that class; "
        "--stratify holds back a share of each class\n"
    ) in result.stderr


def test_photos_that_were_left_out_are_named(trained, fails, tmp_path):
    save_classes(tmp_path / "pets", 4)
    (tmp_path / "pets" / "cats" / "bad.jpg").write_text("no photo")
    options = ("pets", "--image-size", "8", "--epochs", "1", "--cache", "cache", "--stratify")
    _, result = trained(*options)
    assert "left out: 'pets/cats/bad.jpg' is not an image" in result.stderr
    assert "bad.jpg' is not an image" in fails("train", *options, "--strict", "--force")


def test_the_articles_raw_pixels_are_left_as_they_are(trained, data):
    model, _ = trained(data, *FAST, "--raw")
    assert type(model.network.layers[0]).__name__ == "Conv2D"


@pytest.mark.parametrize(("text", "scale"), [("1/100", 0.01), ("0.5", 0.5)])
def test_pixels_are_scaled_as_asked(trained, data, text, scale):
    model, _ = trained(data, *FAST, "--rescale", text)
    assert model.network.layers[0].scale == scale


@pytest.mark.parametrize(
    ("options", "optimizer"),
    [
        ((), Adam()),
        (("--learning-rate", "0.01"), Adam(learning_rate=0.01)),
        (("--optimizer", "sgd"), SGD()),
        (("--optimizer", "SGD(momentum=0.9)", "--weight-decay", "0.1"),
         SGD(momentum=0.9, weight_decay=0.1)),
        (("--schedule", "cosine"), Adam(learning_rate=CosineDecay(0.001, 4))),
        (("--optimizer", "rmsprop", "--schedule", "step:2:0.1"),
         RMSprop(learning_rate=ExponentialDecay(0.001, 4, 0.1, staircase=True))),
    ],
)  # fmt: skip
def test_optimizer_and_schedule_are_those_asked_for(trained, data, options, optimizer):
    model, _ = trained(data, *FAST, *options)
    assert model.training.optimizer == optimizer


def test_every_kernel_may_be_given_an_l2_penalty_that_the_model_keeps(trained, data):
    plain, before = trained(data, *FAST)
    model, result = trained(data, *FAST, "--l2", "0.1", output="l2.keras")
    assert [layer.regularizers for layer in model.network.layers if layer.regularizers] == [
        {"kernel": L2(0.1)},
        {"kernel": L2(0.1)},
    ]
    losses = [float(each.stderr.split("loss ")[1].split(",")[0]) for each in (before, result)]
    assert losses[1] > losses[0] + 0.1 * np.square(plain.network.weights[-1]["kernel"]).sum() / 2
    further, _ = trained(data, "--network", "l2.keras", "--epochs", "1", output="more.keras")
    assert further.network.layers == model.network.layers


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error"])
def test_the_loss_is_the_one_asked_for(trained, data, loss):
    model, _ = trained(data, *FAST, "--loss", loss)
    assert model.training.loss.name == loss


def test_the_same_seed_gives_the_same_file(trained, data):
    for name, seed in [("a.keras", 1), ("b.keras", 1), ("c.keras", 2)]:
        trained(data, *FAST, "--seed", seed, output=name)
    contents = [Path(f"{name}.keras").read_bytes() for name in "abc"]
    assert contents[0] == contents[1] != contents[2]


def test_a_trained_model_may_be_trained_further(trained, data):
    first, _ = trained(data, *FAST)
    second, result = trained(data, "--network", "model.keras", "--epochs", "1", output="b.keras")
    assert second.training.state.iterations == first.training.state.iterations + 1
    assert second.network.layers == first.network.layers
    assert "Rescaling(1/255); Conv2D" in result.stderr


def test_early_stopping(trained, data):
    options = (*FAST[:2], "--epochs", "50", "--early-stopping", "1", "--restore-best")
    _, result = trained(data, *options, "--optimizer", "sgd(1.0, momentum=0.9)")
    epochs = result.stderr.count("epoch ") - 2
    assert 2 <= epochs < 50
    assert f"stopped early, after epoch {epochs} of 50: val_loss had not improved" in result.stderr
    assert f"the weights are those of epoch {epochs - 1}, the best" in result.stderr


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_the_history_is_written(trained, data, ending):
    trained(data, *FAST, "--history", f"history.{ending}")
    text = Path(f"history.{ending}").read_text()
    if ending == "json":
        history = json.loads(text)
        assert [row["epoch"] for row in history["epochs"]] == [1, 2]
        assert history["provenance"]["weights"] == {"from": "seed", "seed": 0}
        data = history["provenance"]["data"]
        assert data["sha256"] == hashlib.sha256(Path(data["name"]).read_bytes()).hexdigest()
        return
    lines = text.splitlines()
    assert lines[0].startswith("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate")
    assert len(lines) == 3


def stop_after(monkeypatch, batches):
    """Press Ctrl-C after so many batches."""
    count = iter(range(1, 1000))

    def on_batch(self, state):
        if next(count) == batches:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("cnncalc.files.checkpoints.CheckpointWriter.on_batch", on_batch)


def test_ctrl_c_saves_and_resume_ends_at_the_very_same_file(run, trained, data, monkeypatch):
    options = ("train", data, *FAST, "-o", "stopped.keras")
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        result = run(*options)
    assert result.exit_code == 130
    last = result.stderr.splitlines()[-1]
    assert last == f"Stopped and saved. Go on with: cnncalc {' '.join(_quoted(options))} --resume"
    assert not Path("stopped.keras").exists()
    result = run(*options, "--resume")
    assert result.exit_code == 0, result.stderr
    assert "resumed in epoch 2, after 1 batches of it" in result.stderr
    trained(data, *FAST)
    assert Path("stopped.keras").read_bytes() == Path("model.keras").read_bytes()
    assert not checkpoint_path(Path("stopped.keras")).exists()


def _quoted(arguments):
    return [shlex.quote(str(argument)) for argument in arguments]


def test_a_stopped_training_is_not_overwritten_unasked(run, fails, data, monkeypatch):
    options = ("train", data, *FAST)
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        assert run(*options).exit_code == 130
    assert "add --resume to go on, or --force to begin anew" in fails(*options)
    assert "differ in seed" in fails(*options, "--resume", "--seed", "5")
    assert run(*options, "--force").exit_code == 0


def test_the_best_epoch_must_have_been_kept_from_the_start(run, fails, data, monkeypatch):
    options = ("train", data, *FAST)
    stopping = ("--early-stopping", "2")
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        assert run(*options).exit_code == 130
    line = fails(*options, "--resume", *stopping, "--restore-best")
    assert "--restore-best can't be added when a training is resumed" in line
    assert run(*options, "--resume", *stopping).exit_code == 0


def test_the_best_epoch_must_have_been_kept_all_along(run, fails, data, monkeypatch):
    options = ("train", data, "--network", NETWORK, "--batch-size", "16", "--epochs", "6")
    stopping = ("--early-stopping", "9", "--restore-best")
    for batches, own in [(3, stopping), (5, ("--resume",))]:
        with monkeypatch.context() as patch:
            stop_after(patch, batches)
            assert run(*options, *own).exit_code == 130
    line = fails(*options, *stopping, "--resume")
    assert "the weights of its best epoch so far were not kept" in line


def test_a_training_that_is_killed_while_it_writes_its_files_writes_them_again(
    run, fails, data, monkeypatch
):
    options = ("train", data, *FAST, "--history", "history.csv")

    def killed(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cnncalc.tasks.training_runs.write_history", killed)
        assert run(*options).exit_code == 130
    assert Path("model.keras").exists()
    assert "'model.keras' exists: name another, or add --force" in fails(
        *options, "--epochs", "3", "--resume"
    )
    Path("history.csv").write_text("whatever it had written")
    result = run(*options, "--resume")
    assert result.exit_code == 0, result.stderr
    assert read_model(Path("model.keras")).class_names == ("0", "1", "2")


def test_there_must_be_something_to_resume(fails, data):
    line = fails("train", data, "--resume")
    assert line == "there is no checkpoint 'model.keras.checkpoint' to resume from"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing",), "there is no file or folder 'nothing'"),
        (("empty",), "must hold at least two folders with photos, one a class"),
        (("one",), "Received: one, 'cats'"),
        (("pets", "--image-size", "4"), "the window must fit into the input"),
        (("pets", "--stratify"), "a class must have at least 2 samples. Received: 1 sample"),
        (("pets", "--network", "Flatten(); Dense(4)"), "an output of 4 for 3 classes"),
        (("pets", "--network", "Flatten()"), "must have trainable weights to be trained"),
        (
            ("pets", "--network", "Flatten(); Dense(3, trainable=False)"),
            "must have trainable weights to be trained. Received: trainable=False in dense",
        ),
        (("data.npz", "--network", "model.keras"), "there is no file 'model.keras'"),
        ((*FITS, "--epochs", "0"), "epochs must be a whole number, at least 1"),
        ((*FITS, "--batch-size", "0"), "batch_size must be a whole number"),
        (("data.npz", "--validation-split", "1"), "validation_split must be at least 0"),
        (("data.npz", "--validation-split", "0.999"), "must leave samples"),
        ((*FITS, "--optimizer", "adan"), "Did you mean adam?"),
        ((*FITS, "--learning-rate", "0"), "learning_rate must be greater than 0"),
        (("data.npz", "--schedule", "linear"), "expected constant, cosine, or step"),
        (("data.npz", "--schedule", "step:x"), "expected constant, cosine, or step"),
        (("data.npz", "--schedule", "cosine:2"), "expected constant, cosine, or step"),
        (("data.npz", "--rescale", "1/0"), "expected a number or a fraction"),
        ((*FITS, "--l2", "-1"), "l2 must be a number, at least 0. Received: l2=-1"),
        ((*FITS, "--restore-best"), "--restore-best needs --early-stopping"),
        ((*FITS, "--optimizer", "sgd(1e30)", "--epochs", "3"), "loss became"),
        ((*FITS, "--optimizer", "sgd(1e30)", "--epochs", "1"), "in the validation of epoch 1: the"),
        (("data.npz", "-o", "model.h5"), "must end in one of .keras"),
        (("data.npz", "-o", "no/model.keras"), "there is no folder"),
        (("data.npz", "-o", "there.keras"), "exists: name another, or add --force"),
        (("data.npz", "--history", "h.txt"), "must end in one of .csv, .json"),
        (("data.npz", "--history", "there.csv"), "exists: name another, or add --force"),
        (("pets", "--cache", "there.csv"), "the photo cache 'there.csv' can't be written"),
    ],
)
def test_bad_input_is_one_clear_line(fails, tmp_path, data, arguments, words):
    (tmp_path / "empty").mkdir()
    save_classes(tmp_path / "one", 2, ["cats"])
    save_classes(tmp_path / "pets", 4)
    save(tmp_path / "pets" / "ape" / "ape.png", pixels())
    if "--stratify" not in arguments:
        (tmp_path / "pets" / "ape" / "ape.png").unlink()
    for name in ("there.keras", "there.csv"):
        (tmp_path / name).touch()
    if "--cache" not in arguments:
        arguments = (*arguments, "--cache", "cache")
    assert words in fails("train", *arguments)
    assert not (tmp_path / "model.keras").exists()


def command(*arguments, cwd, **environment):
    """Start the program in a process of its own."""
    own = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    own.pop("OPENBLAS_NUM_THREADS", None)
    own |= environment
    return subprocess.Popen(
        [sys.executable, "-m", "cnncalc", *map(str, arguments)],
        cwd=cwd,
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def save_large(path):
    """Save images whose products the matrix library would share out among its threads."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (48, 40, 40, 3), dtype=np.uint8)
    np.savez(path, x_train=images, y_train=np.arange(48) % 2)


def test_threads_of_the_matrix_library_and_of_training_change_no_byte(tmp_path):
    save_large(tmp_path / "large.npz")
    network = "Conv2D(16,3,activation='relu'); Flatten(); Dense(24); Dense(2,activation='softmax')"
    options = ("--network", network, "--epochs", "1", "--batch-size", "24", "--force")
    threads = [({}, ()), *(({"OPENBLAS_NUM_THREADS": n}, ("--threads", n)) for n in "14")]
    threads += [({"OPENBLAS_NUM_THREADS": "4"}, ("--threads", "2"))]
    models = set()
    for environment, own in threads:
        process = command("train", "large.npz", *options, *own, cwd=tmp_path, **environment)
        _, errors = process.communicate()
        assert process.returncode == 0, errors
        models.add((tmp_path / "model.keras").read_bytes())
    assert len(models) == 1


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_a_program_that_is_interrupted_ends_with_130_and_can_go_on(tmp_path):
    options = ("train", "--epochs", "500", "-o", "model.keras")
    process = command(*options, cwd=tmp_path)
    while "epoch 1/" not in process.stderr.readline():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1].startswith("Stopped and saved. Go on with: cnncalc train")
    assert "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras.checkpoint"]


def test_weights_are_float32(trained, data):
    model, _ = trained(data, *FAST)
    assert {array.dtype for own in model.network.weights for array in own.values()} == {
        np.dtype(np.float32)
    }
    assert flat(model.network.weights)


def test_the_report_is_a_workbook(trained, data):
    _, result = trained(data, *FAST, "--report", "report.xlsx")
    assert "wrote report.xlsx" in result.stderr
    book = openpyxl.load_workbook("report.xlsx", data_only=True)
    assert book.sheetnames[:4] == ["Summary", "Curves", "Confusion", "Filters"]
    settings = {row[0].value: row[1].value for row in book["Summary"].iter_rows(3, 10)}
    assert settings["Optimizer"] == "Adam(learning_rate=0.001)"
    assert settings["Images"] == "28 to train on, 12 to validate with"
    if "Mistakes" in book.sheetnames:
        assert book["Mistakes"]["B4"].value.startswith("sample ")
