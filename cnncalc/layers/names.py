"""What layers are called: by themselves, as Keras names them, and in messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cnncalc.errors import OptionError
from cnncalc.layers.base import Layer

__all__ = ["automatic_names", "named", "place_of", "snake_case"]


def named(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Give each layer without a name its automatic one.

    Raises OptionError where two layers have one name, or a name that Keras would refuse.

    >>> from cnncalc.layers.core import Flatten
    >>> [layer.name for layer in named([Flatten(), Flatten()])]
    ['flatten', 'flatten_1']
    """
    result = tuple(
        layer if layer.name else replace(layer, name=name)
        for layer, name in zip(layers, automatic_names(layers), strict=True)
    )
    for name, count in Counter(layer.name for layer in result).items():
        if count > 1:
            message = f"each layer must have a name of its own. Received: {count} named {name!r}"
            raise OptionError(message)
        if not name.isprintable() or "/" in name:
            message = "a layer's name must be printable and without '/'. "
            raise OptionError(message + f"Received: name={name!r}")
    return result


MOST_NAMES = 20  # that a message lists


def place_of(name: str, names: Sequence[str]) -> int:
    """Return which of a network's layers has a name, counted from 0.

    Raises OptionError that lists the layers' `names`, of many the nearest ones, where none has it.

    >>> place_of("dense", ["flatten", "dense"])
    1
    """
    if name in names:
        return list(names).index(name)
    known = f"the network has the layers {', '.join(names)}"
    if len(names) > MOST_NAMES:
        from difflib import get_close_matches  # noqa: PLC0415 (slow, and seldom needed)

        close = get_close_matches(name, names, n=3)
        nearest = f"; the nearest names are {', '.join(close)}" if close else ""
        known = f"the network has no such layer among its {len(names)}{nearest}"
    message = f"{known}. Received: {name}"
    raise OptionError(message)


def automatic_names(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Return the name that each layer would have by its type and place, whatever its own."""
    seen = Counter[str]()
    result = []
    for layer in layers:
        base = snake_case(type(layer).__name__)
        result.append(f"{base}_{seen[base]}" if seen[base] else base)
        seen[base] += 1
    return tuple(result)


def snake_case(name: str) -> str:
    """Return a class's name as Keras writes it in layer names and weight files.

    >>> snake_case("MaxPooling2D"), snake_case("ReLU")
    ('max_pooling2d', 're_lu')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()
