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
    "shapes": 1,
    "layers": 2,
    "notation": 3,
    "receptive_field": 3,
    "ops": 3,
    "network": 4,
    "article": 5,
    "article_network": 5,
    "calculator": 5,
    "trace": 5,
    "training": 5,
    "cases": 6,
    "classification": 6,
    "explanation": 6,
    "substeps": 6,
    "summary": 6,
    "verification": 7,
    "files": 8,
    "views": 8,
    "cli": 9,
}

HOMES = {
    "click": ("cli",),
    "rich": ("views/terminal", "cli"),
    "xlsxwriter": ("views/workbook",),
    "openpyxl": ("files",),
    "PIL": ("files", "views/picture"),
    "h5py": ("files",),
}


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in LEVELS]


def imported(path: Path) -> set[str]:
    """Every module that a file imports anywhere in it, with its dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def room(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "cnncalc" and len(parts) > 1 and parts[1] in LEVELS else None


def identify(path: Path) -> str:
    return str(path.relative_to(PACKAGE).with_suffix(""))


@pytest.mark.parametrize("path", modules(), ids=identify)
def test_a_room_imports_lower_rooms_only(path):
    own = identify(path).split("/")[0]
    others = {room(name) for name in imported(path)} - {None, own}
    assert {other for other in others if LEVELS[other] >= LEVELS[own]} == set()


@pytest.mark.parametrize("path", modules(), ids=identify)
def test_a_heavy_package_stays_in_its_home(path):
    packages = {name.split(".")[0] for name in imported(path)}
    for package, homes in HOMES.items():
        if package in packages:
            assert identify(path).startswith(homes), package


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
