"""Writing layers in Keras-call notation, as short as it can be: the way back from `parse`."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields, replace
from keyword import iskeyword

from cnncalc.layers import L1L2, LINEAR, Layer, WindowLayer
from cnncalc.layers.names import automatic_names
from cnncalc.shapes import Pads, Size

__all__ = ["write", "write_layer"]


LONGEST_DECIMALS = 8

_LAST = {"trainable": 1, "name": 2}


def write(
    layers: Sequence[Layer], input_shape: Sequence[int] | None = None, separator: str = "; "
) -> str:
    r"""Write layers as the Keras calls that make them, with the arguments that are not defaults.

    Arguments: the `layers` in order, whose automatic names are left out; one sample's
    `input_shape`, written as Input(…) in front if given; the `separator`, "\n" for a line each.

    >>> from cnncalc.layers import Conv2D, Dense, Flatten
    >>> write([Conv2D(10, 5, activation="relu"), Flatten(), Dense(2, name="last")])
    'Conv2D(10, 5, activation="relu"); Flatten(); Dense(2, name="last")'
    >>> from cnncalc.layers import Add
    >>> write([Conv2D(1, 1, name="conv2d"), Add(name="add", inputs=("conv2d", "input"))])
    'Conv2D(1, 1); Add()([conv2d, input])'
    """
    parts = [] if input_shape is None else [f"Input({_text(tuple(input_shape))})"]
    for layer, automatic in zip(layers, automatic_names(layers), strict=True):
        parts.append(write_layer(replace(layer, name="") if layer.name == automatic else layer))
    return separator.join(parts)


def write_layer(layer: Layer) -> str:
    """Write one layer as the Keras call that makes it.

    >>> from cnncalc.layers import MaxPooling2D, Rescaling
    >>> write_layer(MaxPooling2D((2, 3), padding=(1, 1, 0, 0))), write_layer(Rescaling(1 / 255))
    ('MaxPooling2D((2, 3), padding=(1, 0))', 'Rescaling(1/255)')
    >>> from cnncalc.layers import Dense
    >>> write_layer(Dense(2, name="last", trainable=False))
    'Dense(2, trainable=False, name="last")'
    >>> from cnncalc.layers import Add
    >>> write_layer(Add(inputs=("conv2d_1", "conv2d")))
    'Add()([conv2d_1, conv2d])'
    """
    arguments = []
    # A layer's own arguments come first, then those that every layer has.
    for field in sorted(fields(layer), key=lambda field: _LAST.get(field.name, 0)):
        if field.name == "inputs":
            continue
        value = getattr(layer, field.name)
        if field.default is MISSING or field.name == "pool_size":
            arguments.append(_text(value))  # what readers look for first goes without a name
        elif not _is_default(layer, field, value):
            arguments.append(f"{field.name}={_text(value)}")
    return f"{type(layer).__name__}({', '.join(arguments)}){_second_call(layer.inputs)}"


def _second_call(inputs: Sequence[str]) -> str:
    """Write what a layer is called on; nothing where that is the layer before it."""
    names = list(map(_variable, inputs))
    if len(names) > 1:
        return f"([{', '.join(names)}])"
    return f"({names[0]})" if names else ""


def _variable(name: str) -> str:
    """Write a layer's name as a variable, or as a text where Python has no such variable."""
    # Python reads a variable's letters in their composed form; keywords are no variables.
    is_plain = name.isidentifier() and not iskeyword(name)
    is_same = unicodedata.is_normalized("NFKC", name)
    return name if is_plain and is_same else json.dumps(name, ensure_ascii=False)


def _is_default(layer: Layer, field: Field[object], value: object) -> bool:
    if field.name == "strides" and isinstance(layer, WindowLayer):
        return value == layer.default_strides
    default: object = LINEAR if field.name == "activation" else field.default
    return _short(value) == default


def _text(value: object) -> str:
    value = _short(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, L1L2):
        return _regularizer_text(value)
    return repr(value)


def _regularizer_text(value: L1L2) -> str:
    named = len(value.factors) > 1
    factors = (
        f"{name}={_text(factor)}" if named else _text(factor)
        for name, factor in value.factors.items()
    )
    return f"{type(value).__name__}({', '.join(factors)})"


def _number_text(value: float) -> str:
    """Write 1/255 rather than 0.00392156862745098 where that is exactly the number."""
    inverse = round(1 / value) if 1e-4 < value < 1 else 0
    if inverse and value == 1 / inverse and len(repr(value)) > LONGEST_DECIMALS:
        return f"1/{inverse}"
    return repr(int(value) if value.is_integer() and abs(value) < 1e15 else value)


def _short(value: object) -> object:
    """Return a pair or four sides as the one or two numbers that say the same."""
    if isinstance(value, Pads):
        vertical, horizontal = value[:2], value[2:]
        if len(set(vertical)) == len(set(horizontal)) == 1:
            return _short(Size(vertical[0], horizontal[0]))
        return tuple(value)
    if isinstance(value, Size):
        return value.height if value.height == value.width else tuple(value)
    return value
