"""Writes the workbooks that are checked in under workbooks/, each by the command that it names.

python tools/workbooks.py           write them again
python tools/workbooks.py --check   exit 1 where one is not what its command writes today, and tell
                                    how long LibreOffice takes to recalculate each
"""

from __future__ import annotations

import argparse
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from cnncalc.files.engines import recalculate

FOLDER = Path(__file__).resolve().parent.parent / "workbooks"

STEP_NETWORK = (
    'Rescaling(1/255); Conv2D(1, 3, activation="relu"); MaxPooling2D(2); Flatten(); '
    'Dense(2, activation="softmax")'
)
DIGITS_NETWORK = (
    'Conv2D(4, 3, activation="relu"); MaxPooling2D(2); Flatten(); Dense(10, activation="softmax")'
)

# What each workbook is made with, in an empty folder.
COMMANDS = {
    "article.xlsx": ["export-xlsx"],
    "training-step.xlsx": [
        *("export-xlsx", "article:6x6", "--network", STEP_NETWORK),
        *("--training-steps", "1", "--target", "0", "--optimizer", "sgd", "--learning-rate", "0.1"),
        *("-o", "training-step.xlsx"),
    ],
    "training-digits.xlsx": [
        *("export-xlsx", "--network", DIGITS_NETWORK, "--training-steps", "10"),
        *("--batch-size", "6", "--samples", "6", "--learning-rate", "0.03"),
        *("-o", "training-digits.xlsx"),
    ],
}

# The value that a cell stores beside its formula.
STORED = re.compile(rb"(?<=</f><v>)[^<]*(?=</v>)")


def write(name: str, folder: Path) -> Path:
    """Run a workbook's command in an empty folder, and return the file that it leaves there."""
    command = [sys.executable, "-m", "cnncalc", *COMMANDS[name]]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / name


def members(path: Path) -> dict[str, bytes]:
    """Return what is in a workbook; how it is compressed depends on the machine."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def same(made: Path, kept: Path) -> bool:
    """Tell whether two workbooks are alike, but for the last digits of numbers computed."""
    first, second = members(made), members(kept)
    if first.keys() != second.keys():
        return False
    if any(STORED.sub(b"", first[name]) != STORED.sub(b"", second[name]) for name in first):
        return False
    # Processors differ in the last bit of a sum, and a training hands it on.
    pairs = [
        (float(one), float(other))
        for name in first
        for one, other in zip(
            STORED.findall(first[name]), STORED.findall(second[name]), strict=True
        )
    ]
    return all(math.isclose(*pair, rel_tol=1e-9, abs_tol=1e-12) for pair in pairs)


def seconds(path: Path) -> float:
    """Return how long LibreOffice takes for a workbook: to open, recalculate and write it."""
    content = path.read_bytes()
    start = time.perf_counter()
    recalculate([content], "libreoffice")
    return time.perf_counter() - start


def main() -> int:
    """Write or check every workbook."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    arguments = parser.parse_args()
    stale = []
    for name in COMMANDS:
        with tempfile.TemporaryDirectory() as folder:
            made, kept = write(name, Path(folder)), FOLDER / name
            if not kept.exists() or not same(made, kept):
                stale.append(name)
                if not arguments.check:
                    shutil.copyfile(made, kept)
        if arguments.check and kept.exists():
            sys.stdout.write(f"workbooks/{name} is recalculated in {seconds(kept):.1f} seconds\n")
    for name in stale:
        sys.stdout.write(f"workbooks/{name} {'is stale' if arguments.check else 'written'}\n")
    return 1 if stale and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
