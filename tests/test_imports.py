"""The rooms import one way, and each heavy package has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import cnncalc

PACKAGE = Path(cnncalc.__file__).parent
SOURCES = ("benchmarks", "cnncalc", "tests", "tools")

# A room may import the rooms of lower numbers; rooms of one number don't know each other.
LEVELS = {
    "errors": 0,
    "_version": 0,
    "nearness": 0,
    "provenance": 1,
    "article_grids": 0,
    "shapes": 1,
    "wording": 0,
    "geometry": 2,
    "layers": 3,
    # The one type of arrays, in which formulas are worked out, too.
    "ops/arrays": 3,
    "notation": 4,
    "rules": 4,
    "ops": 4,
    "network": 5,
    "receptive_field": 5,
    "image_regions": 5,
    "article": 6,
    "calculator": 6,
    "trace": 6,
    "part": 6,
    # Words alone, which rules know as well.
    "trace/stage_names": 1,
    "training": 6,
    "cases": 7,
    "classification": 7,
    "explanation": 7,
    "helper_cells": 7,
    "summary": 7,
    "training_step": 7,
    # It stands on the arguments of optimizers, which are training's.
    "rules/optimizers": 7,
    "sheet": 8,
    "verification": 8,
    "files": 9,
    "views": 9,
    "keras_engine": 10,
    "tasks": 11,
    "cli": 12,
}

# Inside the room of the sheet, by file or folder: a plan is made of volumes, which layers and
# training draw and layouts place; what joins all of these stands above them.
SHEET_LEVELS = {
    "annotations": 0,
    "paper": 0,
    "references": 0,
    "texts": 0,
    "training.specification": 0,
    "plan": 1,
    "size": 2,
    "variants": 2,
    "worksheet_pages": 2,
    "part_lines": 1,
    "specification_lines": 2,
    "branches": 2,
    "quantities": 2,
    "formulas": 2,
    "vector_cells": 3,
    "blocks": 3,
    "volumes": 4,
    "gathering": 5,
    "sums": 5,
    "output_size": 5,
    "layers": 6,
    "gradient_values": 7,
    "training": 7,
    "layouts": 8,
    "planning": 9,
    "training_values": 9,
    "worksheet": 9,
    "order": 9,
    "flow": 9,
    "meanings": 9,
    "scenes": 10,
    "flow_worksheet": 10,
    "scales": 10,
    "addresses": 9,
    "values": 10,
    "calculations": 11,
    "article_calculations": 11,
}

# The package itself, with the names of its API, stands above all rooms.
PACKAGE_LEVEL = 13

# What `cnncalc outsize` waits for, and what a layer is, need Python alone.
PYTHON_ALONE = (
    "errors",
    "_version",
    "nearness",
    "provenance",
    "shapes",
    "wording",
    "geometry",
    "layers",
    "notation",
    "receptive_field",
    "image_regions",
    # A law, unlike a formula, which is worked out with NumPy.
    "rules/__init__",
    "rules/directions",
    "rules/joins",
    "rules/law",
    "rules/wiring",
)

# They are a second, independent calculation: what a layer means is said to them by nobody.
ARITHMETIC = ("ops", "network", "trace", "training")

HOMES = {
    "click": ("cli",),
    "rich": ("views/terminal", "cli"),
    "xlsxwriter": ("views/workbook",),
    "openpyxl": ("files",),
    "PIL": ("files", "views/picture", "views/film/playing", "views/figure"),
    "fontTools": ("views/figure",),
    "fpdf": ("views/figure",),
    "pypdf": ("files",),
    "h5py": ("files",),
    "keras": ("keras_engine",),
}


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in LEVELS]


@cache
def text_of(path: Path) -> str:
    return path.read_text()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


@cache
def imported(source: str) -> frozenset[str]:
    """Every name that a module imports anywhere in it, with its dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def rooms(source: str) -> set[str]:
    """The rooms that a module imports from; "cnncalc" is the package itself, with its API."""
    parts = [name.split(".") for name in imported(source)]
    return {room("/".join(part[1:])) for part in parts if part[0] == "cnncalc"}


def room(name: str) -> str:
    """The room that a module or what is in it belongs to: the smallest that has a level."""
    parts = name.split("/")
    places = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((place for place in places if place in LEVELS), "cnncalc")


def packages(source: str) -> set[str]:
    """The packages of others that a module imports from."""
    return {name.split(".")[0] for name in imported(source)} - {"cnncalc"}


def identify(path: Path) -> str:
    return str(path.relative_to(PACKAGE).with_suffix(""))


def test_a_room_imports_lower_rooms_only():
    levels = LEVELS | {"cnncalc": PACKAGE_LEVEL}
    for path in modules():
        own = room(identify(path))
        others = rooms(text_of(path)) - {own}
        assert {other for other in others if levels[other] >= levels[own]} == set(), path


def test_the_arithmetic_knows_nothing_of_the_rules():
    for path in modules():
        if room(identify(path)) in ARITHMETIC:
            found = {name for name in rooms(text_of(path)) if name.startswith("rules")}
            assert found == set(), path


def sheet_part(name: str) -> str:
    """The part of the sheet's room that a dotted name belongs to: the longest that is listed."""
    parts = name.split(".")
    heads = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next(head for head in heads if head in SHEET_LEVELS)


def sheet_modules() -> list[Path]:
    return [path for path in (PACKAGE / "sheet").rglob("*.py") if path.stem != "__init__"]


def test_the_sheet_is_built_in_one_direction():
    for path in sheet_modules():
        part = sheet_part(identify(path).replace("/", ".").removeprefix("sheet."))
        names = imported(text_of(path))
        found = [name.removeprefix("cnncalc.sheet.") for name in names if "cnncalc.sheet." in name]
        others = {sheet_part(name) for name in found} - {part}
        upward = {other for other in others if SHEET_LEVELS[other] >= SHEET_LEVELS[part]}
        assert upward == set(), path


def dotted(path: Path) -> str:
    """The name by which a module is imported: a package's is that of its folder."""
    return ".".join(("cnncalc", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    )


def module_of(name: str, known: Collection[str]) -> str | None:
    """The module that an imported name is, or stands in."""
    return next((module for module in (name, name.rpartition(".")[0]) if module in known), None)


@cache
def known_modules() -> dict[str, Path]:
    return {dotted(path): path for path in PACKAGE.rglob("*.py")}


def test_no_modules_import_each_other_in_a_circle():
    paths = known_modules()
    order: TopologicalSorter[str] = TopologicalSorter()
    for name, path in paths.items():
        found = {module_of(other, paths) for other in imported(text_of(path))}
        order.add(name, *filter(None, found))
    order.prepare()


@cache
def exported(path: Path) -> frozenset[str]:
    """What a module's `__all__` names."""
    lists = [
        node.value
        for node in parsed(path).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return frozenset(name for names in lists for name in ast.literal_eval(names))


def sources() -> list[Path]:
    return [path for folder in SOURCES for path in (PACKAGE.parent / folder).rglob("*.py")]


def test_what_is_imported_from_a_module_is_exported_by_it():
    paths = known_modules()
    for path in sources():
        for name in imported(text_of(path)) - set(paths):
            module = module_of(name, paths)
            if module is not None:
                assert name.removeprefix(f"{module}.") in exported(paths[module]), (path, name)


def test_every_function_and_class_without_an_underscore_is_exported():
    for path in known_modules().values():
        defined = {
            node.name
            for node in parsed(path).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        }
        assert defined - exported(path) == set(), path


def test_a_package_and_what_is_in_it_are_told_apart():
    known = {"cnncalc.cli", "cnncalc.cli.group"}
    assert dotted(PACKAGE / "cli" / "__init__.py") == "cnncalc.cli"
    assert dotted(PACKAGE / "cli" / "group.py") == "cnncalc.cli.group"
    assert module_of("cnncalc.cli.main", known) == "cnncalc.cli"
    assert module_of("cnncalc.cli.group.Home", known) == "cnncalc.cli.group"
    assert module_of("cnncalc.cli.group", known) == "cnncalc.cli.group"
    assert module_of("numpy.linalg", known) is None


def test_a_room_that_imports_the_public_api_is_seen():
    assert rooms("from cnncalc import convolve") == {"cnncalc"}
    assert rooms("import cnncalc") == {"cnncalc"}
    assert rooms("from cnncalc import layers as specifications") == {"layers"}
    assert rooms("from cnncalc.ops.dense import dense\nimport cnncalc.files") == {"ops", "files"}
    assert rooms("from cnncalc.rules.optimizers import Rule") == {"rules/optimizers"}
    assert rooms("from cnncalc.rules import optimizers, formula") == {"rules/optimizers", "rules"}


@pytest.mark.parametrize("package", HOMES)
def test_a_heavy_package_stays_in_its_home(package):
    for path in modules():
        if package in packages(text_of(path)):
            assert identify(path).startswith(HOMES[package]), path


def test_what_must_start_at_once_needs_python_alone():
    for path in modules():
        if {identify(path), room(identify(path))} & {*PYTHON_ALONE}:
            assert packages(text_of(path)) - sys.stdlib_module_names == set(), path


def test_every_module_has_a_level():
    tops = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    known = {level.split("/")[0] for level in LEVELS}
    assert tops - {"__init__", "__main__", "__pycache__", "data", "py"} == known


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
        "heavy = {'numpy', 'openpyxl', 'PIL', 'rich', 'xlsxwriter', 'h5py', 'fpdf', 'fontTools'}\n"
        "heavy |= {'pypdf'}\n"
        "heavy &= set(sys.modules)\n"
        "print(sorted(heavy))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
