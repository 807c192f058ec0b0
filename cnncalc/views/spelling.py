"""Our signs in letters that every screen has, for one that can't show them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["SPELLINGS", "replace_unencodable"]

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "×": "x",
        "−": "-",
        "–": "-",
        "·": ".",
        "…": "...",
        "⋮": ":",
        "⋱": ".",
        "ᵖ": "p",
        "²": "^2",
        "√": "sqrt",
        "≈": "~",
        "⌊": "floor(",
        "⌋": ")",
        "│": "|",
        "─": "-",
        "┌": "+",
        "→": "->",
        "←": "<-",
        "γ": "gamma",
        "β": "beta",
    }
)


def replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding lacks; a handler for `codecs.register_error`.

    >>> import codecs
    >>> codecs.register_error("cnncalc", replace_unencodable)
    >>> "⌊3 − ☺⌋".encode("ascii", "cnncalc")
    b'floor(3 - ?)'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(SPELLINGS.get(letter, "?") for letter in lacking), error.end
