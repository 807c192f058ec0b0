"""Writes the workbooks that are checked in under workbooks/, each by the command that it names.

python tools/workbooks.py           write them again
python tools/workbooks.py --check   exit 1 where one is not what its command writes today
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "workbooks"

# What each workbook is made with, in an empty folder.
COMMANDS = {"article.xlsx": ["export-xlsx"]}


def write(name: str, folder: Path) -> Path:
    """Run a workbook's command in an empty folder, and return the file that it leaves there."""
    command = [sys.executable, "-m", "cnncalc", *COMMANDS[name]]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / name


def members(path: Path) -> dict[str, bytes]:
    """Return what is in a workbook; how it is compressed depends on the machine."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    """Write or check every workbook."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    arguments = parser.parse_args()
    stale = []
    for name in COMMANDS:
        with tempfile.TemporaryDirectory() as folder:
            made, kept = write(name, Path(folder)), FOLDER / name
            if not kept.exists() or members(made) != members(kept):
                stale.append(name)
                if not arguments.check:
                    shutil.copyfile(made, kept)
    for name in stale:
        sys.stdout.write(f"workbooks/{name} {'is stale' if arguments.check else 'written'}\n")
    return 1 if stale and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
