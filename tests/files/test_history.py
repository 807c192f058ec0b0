import csv
import json

import pytest

from cnncalc.errors import OutputError
from cnncalc.files.history import write_history
from cnncalc.training.history import EpochRecord

HISTORY = [
    EpochRecord(1, 0.5, 0.75, None, None, 0.001, 10, 0.5),
    EpochRecord(2, 0.1 + 0.2, 1.0, 0.25, 0.5, 0.001, 10, 0.25),
]
NAMES = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]


def test_as_csv_what_is_missing_is_empty_and_numbers_are_whole(tmp_path):
    write_history(tmp_path / "history.csv", HISTORY)
    rows = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert list(rows[0])[:6] == NAMES
    assert rows[0]["val_loss"] == ""
    assert float(rows[1]["loss"]) == HISTORY[1].loss


def test_as_json_what_is_missing_is_null(tmp_path):
    write_history(tmp_path / "history.json", HISTORY, {"version": "1"})
    history = json.loads((tmp_path / "history.json").read_text())
    assert history["epochs"] == [record.row() for record in HISTORY]
    assert history["epochs"][0]["val_loss"] is None
    assert history["provenance"] == {"version": "1"}


def test_an_existing_file_is_replaced_only_if_asked(tmp_path):
    path = tmp_path / "history.csv"
    path.touch()
    with pytest.raises(OutputError, match="exists"):
        write_history(path, HISTORY)
    write_history(path, HISTORY, force=True)
    assert path.stat().st_size
    with pytest.raises(OutputError, match=r"must end in one of \.csv, \.json"):
        write_history(tmp_path / "history.txt", HISTORY)
