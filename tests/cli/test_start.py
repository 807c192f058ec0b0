"""What a command imports before it answers: benchmarks/starting.py measures it, this holds it.

A module that is missing in these lists may be right there; it costs every start, so add it with
the measurement in mind.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

ANSWERS_AT_ONCE = {
    "cnncalc": {"_version", "errors", "geometry", "shapes"},
    "cnncalc.cli": {"commands", "figure_options", "group", "one_blas_thread", "remarks", "streams"},
    "cnncalc.views": {"spelling"},
}

# What a calculation needs of the rooms that hold other things as well.
CALCULATES = {
    "cnncalc.explanation": set(),
    "cnncalc.files": {"delimited", "grids", "kernels", "numerals", "output"}
    | {"paths", "pixels", "source", "spreadsheet_places", "states"},
    "cnncalc.training": {"metrics"},
    "cnncalc.views": {"colors", "numbers", "spelling", "terminal", "trace_colors"},
}

# The packages beside those that the command is made of, and what is slow of Python's own.
SLOW = {
    "difflib",
    "h5py",
    "hashlib",
    "json",
    "openpyxl",
    "PIL",
    "secrets",
    "traceback",
    "xlsxwriter",
}


def modules_after(*arguments: str) -> set[str]:
    """Run a command in a process of its own, and return what it has imported."""
    program = (
        "import sys\n"
        "from cnncalc.cli import main\n"
        f"sys.argv[1:] = {list(arguments)!r}\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(result.stdout.splitlines()[-1].split())


def of_room(room: str, modules: set[str]) -> set[str]:
    """The modules right in a room, its name left out."""
    names = (name.rpartition(".") for name in modules)
    return {module for parent, _, module in names if parent == room}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["outsize", "32", "3", "0", "1"], ["outsize", "--help"]]
)
def test_help_and_outsize_import_nothing_but_click(arguments):
    modules = modules_after(*arguments)
    assert not {"numpy", "rich", "pathlib", *SLOW} & modules
    for room, allowed in ANSWERS_AT_ONCE.items():
        assert of_room(room, modules) <= allowed | {"cli", "views", "outsize"}


def test_a_calculation_imports_what_it_shows_and_no_more():
    modules = modules_after("convolve", "--kernel", "1 0.3")
    assert "cnncalc.ops.convolution" in modules
    not_shown = {
        "decimal",
        "numpy.ma",
        "numpy.random",
        "rich.progress",
        "rich.status",
        "rich.table",
    }
    assert not (not_shown | SLOW) & modules
    for room, allowed in CALCULATES.items():
        assert of_room(room, modules) <= allowed
