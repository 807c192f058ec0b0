"""The step of a pooling whose windows lie side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from cnncalc import layers as specifications
from cnncalc.geometry import Geometry
from cnncalc.network.structure import Array, LayerGradients, Weights
from cnncalc.network.training_steps.step import Kept, Step, of_kind
from cnncalc.ops.maxima import running_maximum, share_out
from cnncalc.ops.memory import from_chwn, to_chwn
from cnncalc.ops.tiles import met_by, taps

__all__ = ["PoolingStep"]


class PoolingStep(Step):
    """A max or average pooling without padding, its windows side by side."""

    @cached_property
    def geometry(self) -> Geometry:
        """How the windows lie."""
        layer = of_kind(specifications.PoolingLayer, self.layers[0])
        return layer.geometry(self.input_shape)

    @cached_property
    def is_max(self) -> bool:
        """Whether it takes the maximum, not the mean."""
        if isinstance(self.layers[0], specifications.MaxPooling2D):
            return True
        of_kind(specifications.AveragePooling2D, self.layers[0])
        return False

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return nothing: a pooling has no weights."""
        return {}

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Compare or add the cells of all windows, one after the other."""
        cells = self._cells(to_chwn(images))
        output = self.buffers.take("output", cells[0].shape, images.dtype)
        if self.is_max:
            wins = self.buffers.take("wins", (len(cells) - 1, *output.shape), np.bool_)
            running_maximum(cells, output, wins)
            return Kept(from_chwn(output), wins)
        np.copyto(output, cells[0])
        for cell in cells[1:]:
            output += cell
        output /= len(cells)
        return Kept(from_chwn(output))

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Give each window's gradient to its maximum, or an equal share to each of its cells."""
        height, width, channels = self.input_shape
        shape = (channels, height, width, len(gradient))
        # Cells that no window covers stay zero.
        by_input = self.buffers.take_padded("gradient", shape, gradient.dtype)
        cells = self._cells(by_input)
        if self.is_max:
            share_out(to_chwn(gradient), kept.values, cells)
        else:
            np.divide(to_chwn(gradient), len(cells), out=cells[0])
            for cell in cells[1:]:
                np.copyto(cell, cells[0])
        return LayerGradients(from_chwn(by_input), {})

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return nothing: a pooling has no weights."""
        return [{}]

    def _cells(self, images: Array) -> list[Array]:
        """View each cell of all windows: (channels, output height, output width, batch)."""
        down, across = self.geometry.vertical, self.geometry.horizontal
        return [
            images[:, met_by(i, down, down.size), met_by(j, across, across.size)]
            for i, j in taps(self.geometry)
        ]
