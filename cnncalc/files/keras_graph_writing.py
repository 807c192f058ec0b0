"""How a `.keras` file says which layers take what: the functional form of Keras 3.

A chain of layers needs none of it: it is a Sequential.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, Final

from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.layers.graph import IMAGE_PLACE, sources

__all__ = ["FUNCTIONAL", "SEQUENTIAL", "Result", "free_name", "model_class", "wires"]

SEQUENTIAL: Final = "Sequential"
FUNCTIONAL: Final = "Functional"


@dataclass(frozen=True)
class Result:
    """What a layer gives, or the input: its name and one sample's shape."""

    name: str
    shape: Shape

    def tensor(self, dtype: str) -> dict[str, Any]:
        """Return it as Keras writes it where a layer is called on it."""
        history = [self.name, 0, 0]
        config = {"shape": [None, *self.shape], "dtype": dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}


def model_class(layers: Sequence[Layer]) -> str:
    """Return Keras's class of a model of these layers.

    >>> from cnncalc.layers import Add, Flatten
    >>> model_class([Flatten()]), model_class([Flatten(), Add(inputs=("flatten", "flatten"))])
    ('Sequential', 'Functional')
    """
    return FUNCTIONAL if any(layer.inputs for layer in layers) else SEQUENTIAL


def free_name(name: str, layers: Sequence[Layer]) -> str:
    """Return a name that none of the layers has.

    >>> from cnncalc.layers import Flatten
    >>> free_name("input_layer", [Flatten(name="input_layer")])
    'input_layer_1'
    """
    taken = {layer.name for layer in layers}
    names = chain([name], (f"{name}_{number}" for number in count(1)))
    return next(free for free in names if free not in taken)


def wires(
    layers: Sequence[Layer], image: Result, results: Sequence[Result], dtype: str
) -> list[dict[str, Any]]:
    """Return what each layer's entry says of its call.

    Arguments: the `layers`; the `image`, and the `results` of the layers in their order; the
    `dtype` of all.

    >>> from cnncalc.layers import Flatten
    >>> image, flat = Result("image", (2, 2, 1)), Result("flat", (4,))
    >>> [wire] = wires([Flatten(name="flat")], image, [flat], "float32")
    >>> wire["inbound_nodes"][0]["args"][0]["config"]["keras_history"]
    ['image', 0, 0]
    """
    calls = []
    for layer, taken in zip(layers, sources(layers), strict=True):
        given = [image if at == IMAGE_PLACE else results[at] for at in taken]
        tensors = [result.tensor(dtype) for result in given]
        arguments = [tensors] if isinstance(layer, MergeLayer) else tensors
        node: dict[str, Any] = {"args": arguments, "kwargs": {}}
        calls.append({"name": layer.name, "inbound_nodes": [node]})
    return calls
