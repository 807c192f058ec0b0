"""Every program measures a tiny size, and its page has a place for each of its parts."""

from __future__ import annotations

from importlib import import_module

import pytest

from benchmarks.__main__ import programs
from benchmarks.reporting import README, Asked
from tests.files.photos import save_classes
from tests.peers import requires

ALL_OF_KERAS = ("keras", "tensorflow", "torch", "jax")

# The parts of each program, with the peers that must be installed.
PARTS = {
    ("applications", "logits"): ("keras", "tensorflow"),
    ("convolution", "grey"): ("cv2", "scipy", "torch"),
    ("convolution", "RGB"): ("cv2", "scipy", "torch"),
    ("convolution", "float64"): ("cv2", "scipy"),
    ("convolution", "limits"): (),
    ("convolution", "growth"): (),
    ("convolution", "command"): ("cv2",),
    ("export", "speed"): (),
    ("fashion_mnist", "figures"): ("keras", "torch"),
    ("from_disk", "training"): ("keras", "tensorflow", "torch"),
    ("growth", "training"): (),
    ("growth", "export"): (),
    ("inference", "small images"): ALL_OF_KERAS,
    ("inference", "ResNet50V2"): ALL_OF_KERAS,
    ("inference", "trace"): ("keras", "tensorflow"),
    ("page", "pages"): ("playwright",),
    ("pooling", "photos"): ("torch",),
    ("reading", "files"): (),
    ("starting", "commands"): (),
    ("training", "steady"): ALL_OF_KERAS,
    ("training", "first epoch"): ("keras", "tensorflow", "torch"),
    ("training", "LeNet-5"): ALL_OF_KERAS,
    ("training", "VGG"): ALL_OF_KERAS,
    ("training", "VGG with batch normalization"): ("keras", "tensorflow", "torch"),
    ("training", "residual"): ("keras", "tensorflow", "torch"),
    ("training", "limit"): ALL_OF_KERAS,
}


def marks(peers):
    if "playwright" in peers:
        return [pytest.mark.browser]
    return [pytest.mark.peer, *map(requires, peers)] if peers else []


@pytest.mark.parametrize(
    ("program", "part"),
    [pytest.param(*names, marks=marks(peers)) for names, peers in PARTS.items()],
)
def test_a_program_measures_a_tiny_size(program, part, tmp_path):
    for place in ("train", "test"):
        save_classes(tmp_path / place, count=6)
    asked = Asked(tiny=True, folder=tmp_path)
    said = "\n".join(import_module(f"benchmarks.{program}").PARTS[part](asked))
    assert "cnncalc" in said
    assert "| ---: |" in said


def test_every_part_is_tried_here_and_has_its_place_on_the_page():
    parts = {
        (each, part) for each in programs() for part in import_module(f"benchmarks.{each}").PARTS
    }
    assert parts == set(PARTS)
    missing = {f"<!-- {each}: {part} -->" for each, part in parts} - set(
        README.read_text().splitlines()
    )
    assert missing == set()
