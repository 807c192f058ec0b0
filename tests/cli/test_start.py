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
    | {"paths", "pixels", "plain_text", "source", "spreadsheet_places", "states"},
    "cnncalc.layers": {"activation", "base", "checks", "convolution", "core", "cropping", "graph"}
    | {"kernel", "merging", "names", "passing", "pooling", "regularizers"},
    "cnncalc.rules": {"directions", "joins", "law", "ranges", "wiring"},
    "cnncalc.tasks": {"argument_checks", "arguments", "calculation", "inputs", "memory", "options"},
    "cnncalc.training": set(),
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


def test_garbage_is_looked_for_once_a_command_is_imported_and_not_before():
    program = (
        "import gc, sys\n"
        "from cnncalc import cli\n"
        "from cnncalc.cli import commands, group\n"
        "imported = group.import_module\n"
        "def seen(name):\n"
        "    print('importing', gc.isenabled())\n"
        "    return imported(name)\n"
        "group.import_module = seen\n"
        "sys.argv[1:] = ['outsize', '32', '3', '0', '1']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print('running', gc.isenabled())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    lines = result.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("importing False", "running True")


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
        "shutil",
        "cnncalc.article",
        "cnncalc.cli.drawing",
        "cnncalc.cli.network_options",
        "cnncalc.cli.playing",
        "cnncalc.views.terminal.classes",
    }
    assert not (not_shown | SLOW) & modules
    for room, allowed in CALCULATES.items():
        assert of_room(room, modules) <= allowed
