"""What classes are called, and a class that is asked for by its name or its number."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.errors import OptionError
from cnncalc.files.paths import did_you_mean, quoted
from cnncalc.layers import Shape
from cnncalc.tasks.network_options import FittingOptions
from cnncalc.tasks.networks import NetworkSource

__all__ = ["class_names", "class_number"]


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


def class_names(
    fitting: FittingOptions, source: NetworkSource, output_shape: Shape
) -> tuple[str, ...]:
    """Return the classes' names: those given, or those that the network comes with.

    Raises OptionError for another number of names than the output has classes.
    """
    if fitting.class_names is None:
        return source.class_names
    given = fitting.class_names
    listed = given.split(",") if isinstance(given, str) else given
    names = tuple(name.strip() for name in listed)
    # One output says yes or no.
    count = max(2, output_shape[-1])
    if len(names) != count:
        message = f"--class-names must name {count} classes. Received: {len(names)}"
        raise OptionError(message)
    return names
