"""The article's cases as calculations of a workbook or a page: as much of each as fits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncalc.article import CASES, GRIDS, Case
from cnncalc.layers import Conv2D
from cnncalc.network import Array, Network, assemble
from cnncalc.sheet.plan import Layout, Specification, Values
from cnncalc.sheet.values import size_values
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import record

__all__ = ["article_calculations"]

_TITLES: Mapping[str, str] = {
    "6x6": "6×6 image",
    "stride": "Stride 2",
    "same": "Same padding",
    "volume": "Volume",
    "max": "Max pooling",
    "average": "Average pooling",
    "l2": "L2 pooling",
    "outsize": "Output size",
}
_LAYOUTS: Mapping[str, Layout] = {"volume": "steps", "outsize": "output size"}

# So much of the volume case fits a sheet: a corner of the image, and the first of its filters.
VOLUME_SIDE, VOLUME_FILTERS = 8, 2


def article_calculations() -> list[tuple[Specification, Values]]:
    """Return the specification and the values of each of the article's cases."""
    return [_calculation(case) for case in CASES]


def _calculation(case: Case) -> tuple[Specification, Values]:
    network, image = _fitting_sheet(case)
    note = case.sentence
    if case.name == "volume":
        corner = "×".join(map(str, image.shape))
        note += (
            f" Here, its last corner of {corner} and {VOLUME_FILTERS} of the filters fit a sheet."
        )
    specification = Specification(
        _TITLES.get(case.name, f"Case {case.name}: {case.title}"),
        network.layers,
        network.input_shape,
        _LAYOUTS.get(case.name, "article"),
        note,
    )
    if specification.layout == "output size":
        return specification, size_values(specification)
    return specification, trace_values(record(network, image))


def _fitting_sheet(case: Case) -> tuple[Network, Array]:
    """Return a case's network and image, of the volume as much as fits a sheet."""
    grid = np.array(GRIDS[case.grid], dtype=np.float64)
    image = grid.reshape(*grid.shape[:2], -1)
    layers, weights = case.layers, case.weights
    if case.name == "volume":
        image = image[-VOLUME_SIDE:, -VOLUME_SIDE:]
        kernel = np.array(weights[0]["kernel"])[..., :VOLUME_FILTERS]
        layers = (Conv2D(VOLUME_FILTERS, kernel.shape[:2], use_bias=False),)
        weights = ({"kernel": kernel},)
    height, width, channels = image.shape
    return assemble(layers, (height, width, channels), weights), image
