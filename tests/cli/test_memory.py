"""What would not fit into memory is refused in one line, before anything is decoded or drawn."""

import numpy as np
import pytest
from PIL import Image

DEEP = 'Conv2D(32, 3, padding="same", activation="relu"); Conv2D(32, 3, padding="same")'


@pytest.fixture
def megabyte(monkeypatch):
    """Leave one megabyte of memory."""
    monkeypatch.setattr("cnncalc.tasks.memory.memory_left", lambda: 1e6)


@pytest.fixture
def photo(tmp_path):
    """Save a photo of 300×400 pixels whose second half is lost: to decode it is an error."""
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.jpg")
    content = (tmp_path / "photo.jpg").read_bytes()
    (tmp_path / "photo.jpg").write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    "command",
    [
        ("trace", DEEP, "photo.jpg", "--format", "json"),
        ("trace", DEEP, "photo.jpg", "--layer", "conv2d", "--format", "json"),
        ("export-xlsx", "photo.jpg", "--network", DEEP, "--large"),
    ],
)
def test_a_deep_network_on_a_large_photo(fails, photo, megabyte, command):
    # 360,000 pixels' numbers; twice two or three stages of 32 filters; the padded inputs.
    assert fails(*command) == (
        "all steps of this calculation on photo.jpg, taken as 300×400×3, need 0.2 GB of memory, "
        "and 0.0 GB are left; name a smaller image, or --resize it to a smaller --input-shape"
    )


@pytest.mark.parametrize(
    ("command", "gigabytes"),
    [
        (("trace", "--layer", "conv2d_1"), "0.1"),
        (("explain", "--layer", "conv2d_1", "--at", "0,0,0"), "0.1"),
        # What the layer before the last one leaves is 32 deep.
        (("trace",), "0.2"),
        (("trace", "--format", "csv"), "0.2"),
    ],
)
def test_a_layer_at_a_time_takes_less(fails, photo, megabyte, command, gigabytes):
    name, *options = command
    assert fails(name, "; ".join([DEEP] * 9), "photo.jpg", *options) == (
        f"the largest steps of this calculation on photo.jpg, taken as 300×400×3, need {gigabytes} "
        "GB of memory, and 0.0 GB are left; name a smaller image, or --resize it to a smaller "
        "--input-shape"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("convolve", "photo.jpg", "-k", "edge", "-k", "blur"),
        ("export-xlsx", "photo.jpg", "-k", "edge", "-k", "blur"),
        ("pool", "photo.jpg"),
    ],
)
def test_a_calculation_on_a_large_photo(fails, photo, megabyte, command):
    said = fails(*command)
    assert said.startswith("all steps of this calculation on photo.jpg, taken as 300×400×")
    assert said.endswith("left; name a smaller image, or fewer filters")


def test_what_is_no_photo_is_refused_as_well(fails, monkeypatch):
    monkeypatch.setattr("cnncalc.tasks.memory.memory_left", lambda: 100)
    assert "on article:6x6, taken as 6×6×1, need" in fails("convolve", "article:6x6", "-k", "1")


def test_a_photo_that_is_resized_counts_by_its_new_size(run, tmp_path, megabyte):
    Image.effect_noise((400, 300), 60).save(tmp_path / "noise.png")
    small = ("--input-shape", "10,10,1", "--resize")
    assert run("trace", DEEP, "noise.png", *small).exit_code == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("trace", "article", "photo.jpg"), "the network takes 300×300×3, the image photo.jpg is"),
        (("export-xlsx", "photo.jpg", *["-k", "edge"] * 9), "must be asked for with export-xlsx"),
        (("convolve", "photo.jpg", *["-k", "edge"] * 9, "-o", "out.xlsx"), "a workbook of more"),
        (("convolve", "photo.jpg", "-k", "1 2 | 3 4"), "deep"),
    ],
)
def test_what_a_photos_header_rules_out_is_refused_before_it_is_decoded(
    fails, photo, command, said
):
    assert said in fails(*command)


def test_a_training_of_too_large_a_network(fails, megabyte):
    assert fails("train", "--network", "Flatten(); Dense(20000); Dense(10)", "--threads", "1") == (
        "training this network on images of 8×8×1 needs 0.0 GB of memory at least, and 0.0 GB are "
        "left; smaller images, fewer filters or units, or fewer --threads, take less"
    )
