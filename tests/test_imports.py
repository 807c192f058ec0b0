"""The rooms import one way, and each heavy package has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cnncalc

PACKAGE = Path(cnncalc.__file__).parent

# A room may import the rooms of lower numbers; rooms of one number don't know each other.
LEVELS = {
    "errors": 0,
    "_version": 0,
    "provenance": 1,
    "article_grids": 0,
    "shapes": 1,
    "wording": 0,
    "geometry": 2,
    "layers": 3,
    "notation": 4,
    "receptive_field": 4,
    "ops": 4,
    "network": 5,
    "article": 6,
    "calculator": 6,
    "trace": 6,
    "training": 6,
    "cases": 7,
    "classification": 7,
    "explanation": 7,
    "substeps": 7,
    "summary": 7,
    "training_step": 7,
    "sheet": 8,
    "verification": 8,
    "files": 9,
    "views": 9,
    "keras_engine": 10,
    "tasks": 11,
    "cli": 12,
}

# The package itself, with the names of its API, stands above all rooms.
PACKAGE_LEVEL = 13

# What `cnncalc outsize` waits for, and what a layer is, need Python alone.
PYTHON_ALONE = (
    "errors",
    "_version",
    "provenance",
    "shapes",
    "wording",
    "geometry",
    "layers",
    "notation",
    "receptive_field",
)

HOMES = {
    "click": ("cli",),
    "rich": ("views/terminal", "cli"),
    "xlsxwriter": ("views/workbook",),
    "openpyxl": ("files",),
    "PIL": ("files", "views/picture"),
    "h5py": ("files",),
    "keras": ("keras_engine",),
}


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in LEVELS]


def imported(source: str) -> set[str]:
    """Every name that a module imports anywhere in it, with its dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def rooms(source: str) -> set[str]:
    """The rooms that a module imports from; "cnncalc" is the package itself, with its API."""
    parts = [name.split(".") for name in imported(source)]
    own = [part[1:] for part in parts if part[0] == "cnncalc"]
    return {rest[0] if rest and rest[0] in LEVELS else "cnncalc" for rest in own}


def packages(source: str) -> set[str]:
    """The packages of others that a module imports from."""
    return {name.split(".")[0] for name in imported(source)} - {"cnncalc"}


def identify(path: Path) -> str:
    return str(path.relative_to(PACKAGE).with_suffix(""))


@pytest.mark.parametrize("path", modules(), ids=identify)
def test_a_room_imports_lower_rooms_only(path):
    own = identify(path).split("/")[0]
    others = rooms(path.read_text()) - {own}
    levels = LEVELS | {"cnncalc": PACKAGE_LEVEL}
    assert {other for other in others if levels[other] >= levels[own]} == set()


def test_a_room_that_imports_the_public_api_is_seen():
    assert rooms("from cnncalc import convolve") == {"cnncalc"}
    assert rooms("import cnncalc") == {"cnncalc"}
    assert rooms("from cnncalc import layers as specifications") == {"layers"}
    assert rooms("from cnncalc.ops.dense import dense\nimport cnncalc.files") == {"ops", "files"}


@pytest.mark.parametrize("path", modules(), ids=identify)
def test_a_heavy_package_stays_in_its_home(path):
    for package, homes in HOMES.items():
        if package in packages(path.read_text()):
            assert identify(path).startswith(homes), package


@pytest.mark.parametrize("path", modules(), ids=identify)
def test_what_must_start_at_once_needs_python_alone(path):
    if identify(path).split("/")[0] in PYTHON_ALONE:
        assert packages(path.read_text()) - sys.stdlib_module_names == set()


def test_every_module_has_a_level():
    tops = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert tops - {"__init__", "__main__", "__pycache__", "data", "py"} == set(LEVELS)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["outsize", "32", "3", "0", "1"], ["outsize", "--help"]]
)
def test_help_and_outsize_import_nothing_heavy(arguments):
    program = (
        "import sys\n"
        "from cnncalc.cli.commands import cli\n"
        "try:\n"
        f"    cli({arguments!r}, prog_name='cnncalc')\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'numpy', 'openpyxl', 'PIL', 'rich', 'xlsxwriter', 'h5py'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
