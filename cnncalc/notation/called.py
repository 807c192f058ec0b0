"""The names of what a listing calls, as Keras calls it today or once called it."""

from __future__ import annotations

import ast

from cnncalc.layers.vocabulary import LAYERS

__all__ = ["OLD_ARGUMENT_NAMES", "OLD_LAYER_NAMES", "called", "dotted", "holds_layers"]

OLD_LAYER_NAMES = {
    "Convolution2D": "Conv2D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "Input": "InputLayer",
}
OLD_ARGUMENT_NAMES = {
    "alpha": "negative_slope",
    "border_mode": "padding",
    "nb_filter": "filters",
    "output_dim": "units",
    "subsample": "strides",
}


def holds_layers(node: ast.AST) -> bool:
    """Tell whether a layer or a Sequential is called anywhere in a part of a listing."""
    known = {*LAYERS, *OLD_LAYER_NAMES, "Sequential"}
    return any(isinstance(part, ast.Call) and called(part) in known for part in ast.walk(node))


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called; empty where that has no name."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name) if dotted(call.func):
            return name
    return ""


def dotted(node: ast.expr) -> str:
    """Return a plain dotted name, as `tf.keras.layers.Dense`; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}" if dotted(value) else ""
    return ""
