"""A class that is asked for, by its name or its number."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.errors import OptionError
from cnncalc.files.paths import did_you_mean, quoted

__all__ = ["class_number"]


def class_number(text: str | None, names: Sequence[str], classes: int) -> int | None:
    """Return the number of a class that is given by its name or its number.

    Arguments: the `text` as written, None where none is; the classes' `names`, if they have any;
    how many `classes` there are.
    Raises OptionError for what is no class.
    """
    if text is None or text in names:
        return None if text is None else names.index(text)
    if not text.isascii() or not text.isdecimal() or int(text) >= classes:
        known = f", or one of {', '.join(names)}" if names else ""
        message = f"--target must be a class: 0 to {classes - 1}{known}. Received: {quoted(text)}"
        raise OptionError(message + did_you_mean(text, names))
    return int(text)
