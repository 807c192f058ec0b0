"""The script, the style and the skeleton of a page, from the sources that are read and tested.

The script's sources are modules; in a page they stand one after the other as a single one. All
comments stay behind, a tab is an indentation, and a class's methods stand as far left as functions
do; all else is as it is written: who reads a page finds each part by the name of its source.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

__all__ = ["SOURCES", "Assets", "joined", "read_assets"]

SOURCES = files("cnncalc.views.page") / "sources"

# A module that another imports stands before it; the last one starts the page.
_MAIN = "main.js"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?:/\*.*?\*/[ \t]*|//[^\n]*)\n|^[ \t]*\n", re.MULTILINE | re.DOTALL)
_INDENTATION = re.compile(r"^(?:  )+", re.MULTILINE)
_CLASS = re.compile(r"^class .*?^\}", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class|let)", re.MULTILINE)


@dataclass(frozen=True)
class Assets:
    """What is the same in every page: its `script`, its `style`, and its `skeleton`.

    The skeleton has places for the other two, the policy, the title and the document.
    """

    script: str
    style: str
    skeleton: str

    @property
    def policy(self) -> str:
        """The policy that allows a page nothing but its own script and style.

        https://www.w3.org/TR/CSP3/
        """
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src '{_hash(self.script)}'",
                f"style-src '{_hash(self.style)}'",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        )


@cache
def read_assets() -> Assets:
    """Return the assets that cnncalc brings along."""
    texts = {part.name: part.read_text("utf-8") for part in SOURCES.iterdir()}
    styles = sorted((name for name in texts if name.endswith(".css")), key=_style_order)
    style = "".join(_lean(texts[name]) for name in styles)
    return Assets(joined(texts, _MAIN), style, texts["page.html"])


def _style_order(name: str) -> tuple[bool, str]:
    return name != "page.css", name


def joined(sources: dict[str, str], main: str) -> str:
    r"""Return modules as one: each after those that it imports, without imports and exports.

    Arguments: the `sources` by their files' names; the `main` one, which imports all others.

    >>> first, second = "export const a = 1;\n", 'import { a } from "./a.js";\nrun(a);\n'
    >>> joined({"a.js": first, "b.js": second}, "b.js")
    '// a.js\nconst a = 1;\n// b.js\nrun(a);\n'
    """
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        for needed in _IMPORT.findall(sources[name]):
            visit(needed)
        order.append(name)

    visit(main)
    return "".join(f"// {name}\n{_plain(sources[name])}" for name in order)


def _plain(source: str) -> str:
    """Return a module without its imports and exports, as `_lean` leaves it."""
    text = _lean(_EXPORT.sub("", _IMPORT.sub("", source)))
    return _CLASS.sub(lambda found: found[0].replace("\n\t", "\n"), text)


def _lean(source: str) -> str:
    """Return a source without empty lines and comments that have lines of their own."""
    text = _COMMENT.sub("", source)
    return _INDENTATION.sub(lambda spaces: "\t" * (len(spaces[0]) // 2), text)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
