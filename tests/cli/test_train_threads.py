"""The same seed gives the same bytes, whatever the number of threads and wherever photos are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cnncalc.network import training_pass
from tests.files.photos import save_classes

DEEP = (
    "Conv2D(6, 3, padding='same', activation='relu'); MaxPooling2D(2); Dropout(0.3); "
    "Conv2D(8, 3, activation='relu'); AveragePooling2D(2); Flatten(); "
    "Dense(12, activation='relu', kernel_regularizer='l2'); Dropout(0.5); "
    "Dense(2, activation='softmax')"
)


@pytest.mark.parametrize("network", [(), ("--network", DEEP)], ids=["article", "deep"])
def test_threads_and_cache_change_no_byte(run, tmp_path, monkeypatch, network):
    # Small pieces, so that each batch has several.
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 30_000)
    save_classes(tmp_path / "pets", 12, ending=".jpg")
    models, histories = set(), set()
    for threads in (1, 2, 3, 7):
        for when in ("decoded", "cached"):
            options = ("--image-size", "20,16", "--epochs", "2", "--batch-size", "9")
            places = ("--cache", f"cache{threads}", "--history", "history.csv", "--force")
            result = run(
                "train", "pets", *options, *places, *network, "--threads", threads, "--stratify"
            )
            assert result.exit_code == 0, (when, result.stderr)
            models.add(Path("model.keras").read_bytes())
            histories.add(tuple(_numbers(Path("history.csv").read_text())))
    assert len(models) == len(histories) == 1


def _numbers(text):
    """The rows of a history without their times."""
    rows = list(csv.DictReader(text.splitlines()))
    return [tuple(v for name, v in row.items() if "second" not in name) for row in rows]
