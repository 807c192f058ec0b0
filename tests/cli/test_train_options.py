"""Options of train that would do nothing are refused, or it is said what happens instead."""

import pytest

from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import pixels, save, save_classes

OWN = f"Rescaling(1/255); {NETWORK}"
SCALING = "{} is for a new network that doesn't scale pixels itself"
RAW = (
    f"{SCALING.format('--raw')}, and for image files where the model learnt another "
    "range than 0 to 255. Received: --raw"
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--network", NETWORK, "--raw", "--rescale", "1/2"),
            "--raw and --rescale exclude each other. Received: --raw and --rescale",
        ),
        (("--network", OWN, "--raw"), RAW),
        (
            ("--network", OWN, "--rescale", "1"),
            f"{SCALING.format('--rescale')}. Received: --rescale",
        ),
        (("--network", "model.keras", "--raw"), RAW),
        (
            ("--network", NETWORK, "--stratify", "--validation-split", "0"),
            "--stratify is for a part that is held back to validate with. "
            "Received: --validation-split 0",
        ),
        (("--network", NETWORK, "--fit", "pad"), "--fit is for photos. Received: 'data.npz'"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(run, fails, tmp_path, arguments, message):
    save_npz(tmp_path / "data.npz")
    if "model.keras" in arguments:
        own = ("--network", NETWORK, "--epochs", "1", "--raw")
        assert run("train", "data.npz", *own).exit_code == 0
    assert fails("train", "data.npz", *arguments, "-o", "b.keras") == message


def test_data_with_a_validation_part_of_its_own_is_not_stratified(fails, tmp_path):
    for part in ("train", "validation"):
        save_classes(tmp_path / "pets" / part)
    line = fails("train", "pets", "--stratify", "--image-size", "8", "--cache", "cache")
    assert line.endswith("held back to validate with. Received: a validation part")


def test_a_class_with_one_image_is_named_and_said_not_to_be_judged(run, tmp_path):
    save_classes(tmp_path / "pets", 4)
    save(tmp_path / "pets" / "ape" / "ape.png", pixels())
    result = run("train", "pets", "--image-size", "8", "--epochs", "1", "--cache", "cache")
    assert (
        "Warning: the validation part holds no 'ape', 'cats': its accuracy says nothing about that "
        "class; a class must have at least 2 images to be learnt and judged\n"
    ) in result.stderr
    (title,) = [line for line in result.stdout.splitlines() if " right (" in line]
    assert title.endswith("%), none of them of ape, cats")


def test_early_stopping_says_where_it_has_only_the_loss_to_watch(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    options = ("--network", NETWORK, "--early-stopping", "1", "--epochs", "2")
    said = "early stopping watches the loss: there is nothing to validate with\n"
    assert said not in run("train", "data.npz", *options).stderr
    assert said in run("train", "data.npz", *options, "--validation-split", "0", "--force").stderr


@pytest.mark.parametrize(("data", "shape"), [((), "8,8,1"), (("data.npz",), "6,5,2")])
def test_the_shape_of_samples_may_be_said_to_a_workbook_but_no_other(
    run, fails, tmp_path, data, shape
):
    save_npz(tmp_path / "data.npz")
    network = f"Flatten(); Dense({3 if data else 10}, 'softmax')"
    options = ("-n", network, "--training-steps", "1", "--batch-size", "1", "-o", "a.xlsx")
    result = run("export-xlsx", *data, *options, "--input-shape", shape)
    assert result.exit_code == 0, result.stderr
    line = fails("export-xlsx", *data, *options, "--force", "--input-shape", "9,9,1")
    assert line.startswith("--input-shape must be the shape of the samples, (")


def test_there_is_at_least_one_thread_and_by_default_one_a_core(run, fails):
    message = fails("train", "--threads", "0")
    assert message.startswith("Invalid value for '--threads': 0 is not in the range x>=1")
    told = " ".join(run("train", "--help").stdout.split())
    assert "changes no number. [default: one a core] [x>=1]" in told
