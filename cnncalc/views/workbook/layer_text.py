"""Layers as one line of text, and back: what a workbook stores of its calculation.

The only place that knows the form, so that another can take its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from cnncalc import layers as specifications
from cnncalc.errors import InputError, OptionError
from cnncalc.layers import Layer

__all__ = ["decode_layers", "encode_layers"]


def encode_layers(layers: Sequence[Layer]) -> str:
    """Return layers as JSON: the class and its arguments, each layer in turn.

    >>> from cnncalc.layers import Combine
    >>> encode_layers([Combine("sum", name="combine")])
    '[{"class": "Combine", "name": "combine", "mode": "sum"}]'
    """
    return json.dumps([_record(layer) for layer in layers])


def _record(layer: Layer) -> dict[str, object]:
    values = {field.name: getattr(layer, field.name) for field in fields(layer)}
    return {"class": type(layer).__name__, **values}


def decode_layers(text: str) -> tuple[Layer, ...]:
    """Return the layers that a text of `encode_layers` stands for.

    Raises InputError where it is no such text.
    """
    try:
        return tuple(_layer(dict(record)) for record in json.loads(text))
    except (ValueError, TypeError, KeyError, OptionError) as error:
        message = f"layers must be written as cnncalc writes them ({error}). Received: {text[:80]}"
        raise InputError(message) from error


def _layer(record: dict[str, Any]) -> Layer:
    name = str(record.pop("class"))
    kind = getattr(specifications, name, None) if name in specifications.__all__ else None
    # What several kinds of layers share is a class too, but no layer.
    if not isinstance(kind, type) or not issubclass(kind, Layer) or kind.__subclasses__():
        message = f"unknown layer {name}"
        raise ValueError(message)
    return kind(**record)
