"""A sum of results in training, with the relu behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnncalc.layers import LINEAR, Add, Shape
from cnncalc.network.fused_layers.base import FusedLayers, Kept, Room, activate, deactivate, of_kind
from cnncalc.network.gathering import repeated, summed
from cnncalc.network.structure import Array, LayerGradients, Weights
from cnncalc.ops.memory import chunks, from_rows, to_rows

__all__ = ["FusedSum"]


class FusedSum(FusedLayers):
    """An Add, with a relu behind it or not."""

    @property
    def _activation(self) -> str:
        return self.layers[1].activation_name if self.layers[1:] else LINEAR

    def scatter(self, gradient: Array, shapes: Sequence[Shape]) -> list[Array]:
        """Return the gradient of the sum, which is that by each result that wasn't repeated."""
        return [summed(gradient, shape) for shape in shapes]

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return nothing: a sum has no weights."""
        return {}

    def forward(
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Add the results up, and activate."""
        layer = of_kind(Add, self.layers[0])
        common = layer.common_shape([result.shape[1:] for result in results])
        first, *others = (to_rows(repeated(result, common)) for result in results)
        output = room.kept.take((self, "output"), first.shape, first.dtype)
        for some in chunks(output):
            total = output[some]
            np.copyto(total, first[some])
            for other in others:
                np.add(total, other[some], out=total)
            activate(self._activation, total)
        return Kept(from_rows(output))

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool, room: Room
    ) -> LayerGradients:
        """Return the gradient by the sum."""
        if self._activation == LINEAR:
            return LayerGradients(gradient, {})
        by_output, output = to_rows(gradient), to_rows(kept.output)
        result = room.kept.take((self, "by input"), output.shape, output.dtype)
        for some in chunks(output):
            deactivate(self._activation, by_output[some], output[some], result[some])
        return LayerGradients(from_rows(result), {})

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return nothing: a sum has no weights."""
        return [{} for _ in self.layers]
