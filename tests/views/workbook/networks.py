"""Small networks drawn over all layers and their options, and workbooks of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from cnncalc.errors import ShapeError
from cnncalc.layers import (
    ACTIVATIONS,
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    InputLayer,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.network import Array, Network
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.values import trace_as_written
from cnncalc.trace import Trace
from cnncalc.views.workbook.export import WorkbookOptions, write
from tests.trace.drawn import vary

Generator = np.random.Generator


class DrawnNetwork:
    """One network, its image, and what its workbook is given besides."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        while True:
            shape = (*rng.integers(4, 9, 2).tolist(), int(rng.integers(1, 4)))
            layers = _layers(rng, shape)
            try:
                network = vary(layers, shape, seed)
                break
            except ShapeError:
                continue  # a window larger than its input: draw another
        self.trace: Trace = trace_as_written(network, rng.normal(0, 1, shape))
        self.class_names, self.target = _classes(rng, network)

    @property
    def network(self) -> Network:
        return self.trace.network

    def written(self) -> bytes:
        return written_network(self.trace, self.class_names, self.target)


def written_network(
    trace: Trace, class_names: Sequence[str] = (), target: int | None = None, **options: Any
) -> bytes:
    """Return the workbook of a network's trace."""
    given = WorkbookOptions(**options)
    specification, values = network_calculation(trace, given.title, class_names, target)
    stream = io.BytesIO()
    write(stream, make_plan([specification]), [values], given)
    return stream.getvalue()


def image_of(shape: Sequence[int], seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def _layers(rng: Generator, shape: tuple[int, ...]) -> list[Layer]:
    before: list[Layer] = [InputLayer(shape)] * bool(rng.random() < 0.2)
    before += _some(rng, 0.3, _rescaling(rng, shape[2]), ZeroPadding2D(_four(rng)))
    body = [_window(rng), *_some(rng, 0.5, *_between(rng)), _pooling(rng)]
    ending = [_to_vector(rng), *_some(rng, 0.3, *_between(rng), Dense(4, "tanh"))]
    return [*before, *body, *ending, *_last(rng)]


def _some(rng: Generator, share: float, *layers: Layer) -> list[Layer]:
    return [layer for layer in layers if rng.random() < share]


def _pick(rng: Generator, choices: Sequence[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


def _four(rng: Generator) -> tuple[int, ...]:
    return tuple(rng.integers(0, 3, 4).tolist())


def _rescaling(rng: Generator, channels: int) -> Layer:
    each = tuple(rng.normal(size=channels).round(3).tolist())
    return Rescaling(_pick(rng, [1 / 255, 2.0, each]), _pick(rng, [0.0, -1.0, each]))


def _window(rng: Generator) -> Layer:
    options: dict[str, Any] = {
        "padding": _pick(rng, ["valid", "same", 1, (1, 0, 0, 2)]),
        "strides": _pick(rng, [1, 1, (2, 1)]),
        "activation": _pick(rng, ACTIVATIONS),
        "use_bias": bool(rng.random() < 0.7),
    }
    kernel_size = tuple(rng.integers(1, 4, 2).tolist())
    if rng.random() < 0.25:
        multiplier = int(rng.integers(1, 3))
        return DepthwiseConv2D(kernel_size, depth_multiplier=multiplier, **options)
    dilation = _pick(rng, [1, 1, 2])
    return Conv2D(int(rng.integers(1, 5)), kernel_size, dilation_rate=dilation, **options)


def _between(rng: Generator) -> list[Layer]:
    """Layers that keep the shape, or work on the channels of each position."""
    return [
        BatchNormalization(center=bool(rng.random() < 0.7), scale=bool(rng.random() < 0.7)),
        _pick(rng, [ReLU(), ReLU(1.5, 0.1, 0.2), LeakyReLU(0.25), ELU(0.7), Softmax()]),
        Activation(_pick(rng, ACTIVATIONS)),
        Dropout(0.5),
        Dense(3, _pick(rng, ACTIVATIONS), bool(rng.random() < 0.7)),
    ]


def _pooling(rng: Generator) -> Layer:
    kind = _pick(rng, [MaxPooling2D, AveragePooling2D, L2Pooling2D, Combine])
    if kind is Combine:
        return Combine(_pick(rng, ["sum", "max"]))
    size = tuple(rng.integers(1, 3, 2).tolist())
    layer: Layer = kind(size, padding=_pick(rng, ["valid", "same"]))
    return layer


def _to_vector(rng: Generator) -> Layer:
    keeping = GlobalAveragePooling2D(keepdims=True)
    choices = [Flatten(), Flatten(), GlobalAveragePooling2D(), GlobalMaxPooling2D(), keeping]
    layer: Layer = _pick(rng, choices)
    return layer


def _last(rng: Generator) -> list[Layer]:
    units, activation = _pick(rng, [(3, "softmax"), (3, "softmax"), (1, "sigmoid"), (2, None)])
    if activation and rng.random() < 0.4:
        layer = Softmax() if activation == "softmax" else Activation(activation)
        return [Flatten(), Dense(units), layer]
    return [Flatten(), Dense(units, activation, bool(rng.random() < 0.7))]


def _classes(rng: Generator, network: Network) -> tuple[tuple[str, ...], int | None]:
    (units,) = network.shapes[-1]
    count = max(2, units)
    names = tuple(f"class {n} = +{n}" for n in range(count)) if rng.random() < 0.5 else ()
    last = network.layers[-1]
    is_probability = isinstance(last, Softmax) or getattr(last, "activation", "") in (
        "softmax",
        "sigmoid",
    )
    return names, int(rng.integers(count)) if is_probability and rng.random() < 0.8 else None
