"""What would not fit into memory is refused in one line, before anything is decoded or drawn."""

import math

import numpy as np
import pytest
from PIL import Image

from cnncalc.tasks.memory import memory_left

DEEP = 'Conv2D(32, 3, padding="same", activation="relu"); Conv2D(32, 3, padding="same")'


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A system that says nothing; returns what has it say something in one of its files."""
    files = {"machine": tmp_path / "meminfo", "new": tmp_path / "max", "old": tmp_path / "limit"}
    monkeypatch.setattr("cnncalc.tasks.memory.MEMORY", files["machine"])
    monkeypatch.setattr("cnncalc.tasks.memory.CONTAINERS", (files["new"], files["old"]))
    return lambda file, text: files[file].write_text(text)


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


def test_linux_says_how_much_is_available(system):
    system("machine", "MemTotal:       24000000 kB\nMemAvailable:   20000000 kB\n")
    assert memory_left() == 20_000_000 * 1024


@pytest.mark.parametrize("file", ["new", "old"])
def test_a_container_may_have_less(system, file):
    system("machine", "MemAvailable:   20000000 kB\n")
    system(file, "2000000000\n")
    assert memory_left() == 2_000_000_000
    system(file, "max\n")
    assert memory_left() == 20_000_000 * 1024


def test_elsewhere_it_is_all_memory_or_no_limit(system, monkeypatch):
    pages = {"SC_PHYS_PAGES": 1_000_000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("os.sysconf_names", pages)
    monkeypatch.setattr("os.sysconf", pages.__getitem__)
    assert memory_left() == 4_096_000_000
    monkeypatch.delattr("os.sysconf_names")
    assert memory_left() == math.inf


@pytest.mark.parametrize(
    "command",
    [
        ("trace", DEEP, "photo.jpg"),
        ("explain", DEEP, "photo.jpg", "--layer", "conv2d", "--at", "0,0,0"),
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
