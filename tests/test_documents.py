"""What CONTRIBUTING.md, README.md and the pages of docs/ say of the tree is true of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.test_imports import LEVELS
from tools.pictures import FOLDER, PICTURES

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DOCUMENTS = (ROOT / "CONTRIBUTING.md", ARCHITECTURE)

README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))

ROOMS = ("benchmarks", "cnncalc", "tools")  # tests make up names of files

# A path has a folder or the ending of a file; what is made later is none.
PATH = re.compile(
    r"(?<![\w./-])(?:(?:\.?\w[\w.-]*/)+[\w.-]*|[\w-]+\.(?:lock|md|py|svg|toml|yaml|yml))(?![\w/])"
)
MADE_LATER = {".venv/bin/activate"}


def code_and_links(text: str) -> list[str]:
    """What stands in a document as code, in a line or in a block, or as the target of a link."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return blocks + re.findall(r"`([^`]+)`", prose) + re.findall(r"\]\(([^)]+)\)", prose)


def paths(document: Path) -> set[str]:
    parts = code_and_links(document.read_text(encoding="utf-8"))
    return {path.rstrip(".") for part in parts for path in PATH.findall(part)} - MADE_LATER


def exists(path: str, document: Path) -> bool:
    homes = (ROOT, ROOT / "cnncalc", document.parent)
    return any((home / path).exists() for home in homes)


def test_paths_are_seen():
    text = "`a/b.py`, `pytest -q tests/ops`, [it](docs/it.md), `x.py`, `cnncalc.a.b`, `1 / 2`"
    found = [path for part in code_and_links(text) for path in PATH.findall(part)]
    assert sorted(found) == ["a/b.py", "docs/it.md", "tests/ops", "x.py"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document):
    assert len(paths(document)) > 20
    assert {path for path in paths(document) if not exists(path, document)} == set()


def local_links(page: Path) -> set[Path]:
    """The files that a page links to or shows, without what is elsewhere or in the page itself."""
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose)
    return {(page.parent / target).resolve() for target in targets if "//" not in target}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page):
    assert {link for link in local_links(page) if not link.exists()} == set()


def test_the_readme_is_a_tour_that_leads_to_every_page():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 250
    assert set(PAGES[1:]) <= local_links(README)


def test_every_picture_is_shown_and_can_be_made_again():
    linked = set().union(*map(local_links, PAGES))
    shown = {path.name for path in linked if path.parent == FOLDER}
    assert shown == set(PICTURES) == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_heading_finds_it(page):
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", text):
        other = (page.parent / target) if target else page
        headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert anchor in slugs


def source_paths(text: str) -> set[str]:
    """The Python files, with their folders, that a setting, a comment or a docstring names."""
    return set(re.findall(r"(?<![\w/.-])(?:[\w-]+/)+\w+\.py\b", text))


@pytest.mark.parametrize(
    "source",
    [
        *(ROOT / name for name in ("Makefile", "pyproject.toml", ".pre-commit-config.yaml")),
        *(ROOT / ".ci").iterdir(),
        *(path for room in ROOMS for path in (ROOT / room).rglob("*.py")),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_file_that_settings_and_comments_name_exists(source):
    found = {
        path
        for path in source_paths(source.read_text(encoding="utf-8"))
        if not exists(path, source) and not path.startswith("keras/src/")
    }
    assert found == set()


def test_files_in_a_comment_are_seen():
    assert source_paths("# of pixels (ops/memory.py), `cnncalc/a_b/c.py`.") == {
        "ops/memory.py",
        "cnncalc/a_b/c.py",
    }


def test_every_exception_from_a_rule_is_of_files_that_exist():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    for pattern in settings["per-file-ignores"]:
        before, _, rest = pattern.partition("{")
        choices, _, after = rest.partition("}")
        for choice in choices.split(","):
            assert any(ROOT.glob(f"{before}{choice}{after}")), pattern


def test_every_room_is_described_above_those_that_may_import_it():
    table = ARCHITECTURE.read_text(encoding="utf-8").partition("## The rooms")[2]
    places = {}
    for name in LEVELS:
        path = f"{name}.py" if (ROOT / "cnncalc" / f"{name}.py").exists() else f"{name}/"
        row = next((row for row in table.splitlines() if re.match(rf"\|.*`{path}`.*\|", row)), None)
        assert row is not None, f"docs/architecture.md must describe {path}"
        places[name] = table.index(row)
    for name, place in places.items():
        above = [other for other in places if places[other] < place]
        assert all(LEVELS[other] <= LEVELS[name] for other in above), name


def recipe_rows() -> list[tuple[str, list[str]]]:
    """Of each row of a recipe its file, or folder, and the names that stand in code beside it."""
    recipes = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Recipes")[2]
    rows = re.findall(r"^\|.*?`([\w./]+)` \|(.*)\|$", recipes, re.MULTILINE)
    return [(path, re.findall(r"`(\w+)`", text)) for path, text in rows]


@pytest.mark.parametrize(("path", "names"), recipe_rows())
def test_every_name_in_a_recipe_stands_in_the_file_beside_it(path, names):
    place = ROOT / path
    files = [place] if place.is_file() else place.glob("*.py")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert {name for name in names if not re.search(rf"\b{name}\b", text)} == set()


def test_recipes_name_what_to_look_for():
    assert len(recipe_rows()) > 30
    assert sum(bool(names) for _, names in recipe_rows()) > 20


def test_every_target_of_make_that_is_named_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z]+)", "\n".join(code_and_links(text))))
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert named >= {"setup", "fast", "ci"}
    assert named | set(re.findall(r"make --silent ([a-z]+)", hooks)) <= targets


def test_the_lock_file_has_every_package_that_is_named_and_no_address():
    text = (ROOT / "requirements-dev.lock").read_text()
    assert "//" not in text
    locked = re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for line in project["dependencies"] + extras["verify"] + extras["test"] + extras["dev"]:
        wanted = Requirement(line)
        if wanted.name != "cnncalc":
            versions = [found for name, found in locked if name == wanted.name.lower()]
            assert versions, wanted.name
            assert all(wanted.specifier.contains(version) for version in versions), wanted.name
