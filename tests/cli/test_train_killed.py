"""A training that is killed, at whatever moment, is gone on with to the very same file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.training_data import save_npz
from tests.files.photos import save_classes

ROOT = Path(__file__).parents[2]
WRITTEN = ["history.csv", "model.keras", "report.xlsx"]
BOTH = [
    f"{run}.{ending}" for run in ("killed", "undisturbed") for ending in ("csv", "keras", "xlsx")
]
CHECKPOINT = "model.keras.checkpoint"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills by a signal")


def said_by(module, *arguments):
    program = [sys.executable, "-m", f"tests.cli.{module}", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        program, capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_killed_before_any_of_its_files_is_there_a_training_writes_them_all(tmp_path):
    save_npz(tmp_path / "data.npz")
    whole, *killed = said_by("killed_writing", tmp_path)
    assert whole == {"ends": [0], "files": [WRITTEN]}
    before = [
        [CHECKPOINT, "unfinished"],
        ["model.keras", CHECKPOINT, "unfinished"],
        ["history.csv", "model.keras", CHECKPOINT, "unfinished"],
        ["history.csv", "model.keras", CHECKPOINT, "report.xlsx"],
    ]
    assert killed == [
        {"ends": [-9, 0], "files": [files, WRITTEN], "same model": True} for files in before
    ]


def test_killed_at_some_moments_a_training_ends_at_the_very_same_files(tmp_path):
    result = said_by("killed_command", tmp_path, 3, 1, "--epochs", "2")
    assert sum(result["killed"].values()) >= 3
    assert result["killed"]["training"] >= 2
    assert result["same"]
    assert result["files"] == BOTH


@pytest.mark.slow
def test_killed_20_times_a_training_on_photos_ends_at_the_very_same_files(tmp_path):
    save_classes(tmp_path / "pets", 40)
    size = ("--image-size", "64", "--stratify", "--batch-size", "8", "--epochs", "4")
    result = said_by("killed_command", tmp_path, 20, 1, "pets", "--cache", "cache", *size)
    assert sum(result["killed"].values()) >= 20
    assert result["killed"]["training"] >= 10
    assert result["same"]
    assert result["files"] == BOTH
    assert result["cache"] == 1
