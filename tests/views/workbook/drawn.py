"""Calculations drawn over the whole space of options, and workbooks of them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.errors import ShapeError
from cnncalc.layers import ACTIVATIONS
from cnncalc.network import Array, Network
from cnncalc.sheet.values import trace_as_written
from cnncalc.trace import Trace
from cnncalc.views.workbook.export import WorkbookOptions, write_workbook

PADDINGS: tuple[Any, ...] = ("valid", "same", 1, (0, 1), (2, 1, 0, 3))


def draw(seed: int) -> tuple[Network, Array]:
    """Return the network and image of one calculation; the same for the same seed."""
    rng = np.random.default_rng(seed)
    while True:
        try:
            return _draw(rng)
        except ShapeError:
            continue  # a window larger than its input: draw another


def _draw(rng: np.random.Generator) -> tuple[Network, Array]:
    depth = int(rng.integers(1, 5))
    image = rng.normal(0, 50, (*rng.integers(1, 10, 2), depth))
    filters = int(rng.integers(1, 5))
    depthwise = bool(rng.random() < 0.25)
    kernel = rng.normal(0, 1, (*rng.integers(1, 5, 2), 1 if depthwise else depth, filters))
    options: dict[str, Any] = {
        "bias": [None, 1.5, rng.normal(size=filters).tolist()][rng.integers(3)],
        "padding": PADDINGS[rng.integers(len(PADDINGS))],
        "strides": tuple(rng.integers(1, 4, 2).tolist()),
        "dilation_rate": tuple(rng.integers(1, 4, 2).tolist()) if rng.random() < 0.4 else 1,
        "activation": ACTIVATIONS[rng.integers(len(ACTIVATIONS))],
        "depthwise": depthwise,
        "combine": [None, "sum", "max"][rng.integers(3)],
        "pooling": _draw_pooling(rng) if rng.random() < 0.6 else None,
    }
    return Calculation(kernel, **options).network(image.shape), image


def _draw_pooling(rng: np.random.Generator) -> Any:
    return pooling_layer(
        ["max", "average", "l2"][rng.integers(3)],
        tuple(rng.integers(1, 4, 2).tolist()),
        int(rng.integers(1, 4)),
        ["valid", "same", 1][rng.integers(3)],
    )


def written(trace: Trace, **options: Any) -> bytes:
    """Return the workbook of a trace."""
    stream = io.BytesIO()
    write_workbook(stream, trace, WorkbookOptions(**options))
    return stream.getvalue()


def drawn_trace(seed: int) -> Trace:
    """Return the trace of a drawn calculation."""
    return trace_as_written(*draw(seed))
