"""The exceptions of cnncalc: one tree, so that one place can turn each into a message and a status.

A message is one line that a person can act on: what was expected, what was received, and where.
"""

__all__ = [
    "INTERRUPTED",
    "CheckError",
    "CnncalcError",
    "InputError",
    "NotationError",
    "OptionError",
    "OutputError",
    "ShapeError",
    "received",
    "unknown_kind",
]

INTERRUPTED = 130
"""The exit status after Ctrl-C, which is no error of cnncalc's."""

_LONGEST = 80


class CnncalcError(Exception):
    """The root of every error that cnncalc raises on purpose.

    `exit_status` is what the command line ends with: 2 for unusable input or options.

    >>> from cnncalc import output_size
    >>> try:
    ...     output_size(2, 5)
    ... except CnncalcError as error:
    ...     print(error)
    the window must fit into the input. Received: a window of 5 on an input of 2
    """

    exit_status = 2


class InputError(CnncalcError):
    """A file, or something in it, that can't be read as what it was given for."""


class OptionError(CnncalcError, ValueError):
    """An argument or option whose value can't be used."""


class ShapeError(CnncalcError, ValueError):
    """Sizes that don't fit each other, such as a window larger than its input."""


class NotationError(CnncalcError, ValueError):
    """A written network or kernel that can't be understood."""


class OutputError(CnncalcError):
    """A result that can't be written where, or as what, it was asked for."""


class CheckError(CnncalcError):
    """A check that ran and found a difference."""

    exit_status = 1


def received(value: object) -> str:
    """Return a value as a message shows it: on one line, cut where it is long.

    >>> received([[1, 2], [3]])
    '[[1, 2], [3]]'
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def unknown_kind(expected: str, value: object) -> str:
    """Return the message that a value is of a kind which isn't told what it needs to be.

    Arguments: what was `expected`; the `value`.

    >>> unknown_kind("a shape must be a square", 3.5)
    'a shape must be a square. Received: float'
    """
    return f"{expected}. Received: {type(value).__name__}"
