"""The numbers of each epoch as a file: .csv for a spreadsheet, .json for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnncalc.files.output import output_ending, write_atomically
from cnncalc.training.history import EpochRecord

__all__ = ["HISTORY_ENDINGS", "write_history"]

HISTORY_ENDINGS = (".csv", ".json")


def write_history(
    path: Path,
    history: Sequence[EpochRecord],
    provenance: Mapping[str, object] | None = None,
    *,
    force: bool = False,
) -> None:
    """Write one record an epoch, by the names that Keras's History has.

    Arguments: the `path`, which ends in .csv or .json; the `history`, of at least one epoch; the
    `provenance` that JSON tells of beside the "epochs"; `force`, whether an existing file may be
    replaced.
    Raises OutputError where it can't be written.
    """
    rows = [record.row() for record in history]
    if output_ending(path, HISTORY_ENDINGS) == ".json":
        told = {} if provenance is None else {"provenance": provenance}
        text = json.dumps({"epochs": rows} | told, indent=1) + "\n"
    else:
        lines = io.StringIO()
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text = lines.getvalue()
    with write_atomically(path, force=force) as file:
        file.write(text.encode())
