"""A pooling whose windows lie side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from cnncalc.geometry import Geometry
from cnncalc.layers import PoolingLayer
from cnncalc.layers.pooling import of_mode
from cnncalc.network.fused_layers.base import FusedLayers, Kept, Room, of_kind
from cnncalc.network.structure import Array, LayerGradients, Weights
from cnncalc.ops.memory import from_rows, to_rows
from cnncalc.ops.pooling import POOLINGS, ByCell
from cnncalc.ops.tiles import met_by, taps

__all__ = ["FusedPooling"]


class FusedPooling(FusedLayers):
    """A pooling that goes cell by cell: without padding, its windows side by side."""

    @cached_property
    def geometry(self) -> Geometry:
        """How the windows lie."""
        return self._layer.geometry(self.input_shape)

    @cached_property
    def by_cell(self) -> ByCell:
        """What is done with the cells."""
        found = of_mode(POOLINGS, self._layer).by_cell
        if found is None:
            message = (
                "a step must get the pooling that network/algorithms.py chose it for. "
                f"Received: {self._layer.pool_mode}"
            )
            raise TypeError(message)
        return found

    @property
    def _layer(self) -> PoolingLayer:
        return of_kind(PoolingLayer, self.layers[0])

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return nothing: a pooling has no weights."""
        return {}

    def forward(
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Compare or add the cells of all windows, one after the other."""
        (images,) = results
        cells = self._cells(to_rows(images))
        output = room.kept.take((self, "output"), cells[0].shape, images.dtype)
        compared = len(cells) - 1 if self.by_cell.picks else 0
        wins = room.kept.take((self, "wins"), (compared, *output.shape), np.bool_)
        self.by_cell.forward(cells, output, wins)
        return Kept(from_rows(output), wins)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool, room: Room
    ) -> LayerGradients:
        """Give each window's gradient to its maximum, or an equal share to each of its cells."""
        height, width, channels = self.input_shape
        shape = (height, channels, width, len(gradient))
        # Cells that no window covers stay zero.
        by_input = room.kept.take_padded((self, "by input"), shape, gradient.dtype)
        self.by_cell.backward(to_rows(gradient), kept.values, self._cells(by_input))
        return LayerGradients(from_rows(by_input), {})

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return nothing: a pooling has no weights."""
        return [{}]

    def _cells(self, images: Array) -> list[Array]:
        """View each cell of all windows: (output height, channels, output width, batch)."""
        down, across = self.geometry.vertical, self.geometry.horizontal
        return [
            images[met_by(i, down, down.size), :, met_by(j, across, across.size)]
            for i, j in taps(self.geometry)
        ]
