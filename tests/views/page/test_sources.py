"""The page's sources can be joined to one script."""

from __future__ import annotations

import re
from collections import Counter

from cnncalc.views.page.bundle import SOURCES

_TOP_LEVEL = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE
)
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[\w-]+\.js";$', re.MULTILINE)


def scripts() -> dict[str, str]:
    return {
        part.name: part.read_text("utf-8")
        for part in SOURCES.iterdir()
        if part.name.endswith(".js")
    }


def test_no_two_sources_share_a_name():
    homes: dict[str, list[str]] = {}
    for name, text in scripts().items():
        for found in _TOP_LEVEL.findall(text):
            homes.setdefault(found, []).append(name)
    assert {found: names for found, names in homes.items() if len(names) > 1} == {}


def test_every_import_and_export_is_of_a_form_that_is_joined():
    for name, text in scripts().items():
        assert "export default" not in text, name
        assert "export {" not in text, name
        starts = Counter(re.findall(r"^import\b", text, re.MULTILINE))
        assert starts["import"] == len(_IMPORT.findall(text)), name


def test_no_source_makes_code_of_texts():
    """The page's policy refuses it."""
    for name, text in scripts().items():
        assert not re.search(
            r"\beval\(|new Function\(|innerHTML|outerHTML|insertAdjacentHTML", text
        ), name
