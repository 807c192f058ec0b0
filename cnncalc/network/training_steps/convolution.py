"""The step of a convolution, alone or with the pooling behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod

import numpy as np

from cnncalc import layers as specifications
from cnncalc.network.backward_pass import LayerGradients
from cnncalc.network.structure import Array, Weights
from cnncalc.network.training_steps.finishing import (
    activate,
    bias_column,
    bias_gradient,
    deactivate,
)
from cnncalc.network.training_steps.step import Kept, Step, of_kind
from cnncalc.ops.blocked_convolution import BlockedConvolution
from cnncalc.ops.planes import from_planes, to_planes
from cnncalc.ops.running_maximum import running_maximum, share_out
from cnncalc.shapes import Size

__all__ = ["ConvolutionStep"]


class ConvolutionStep(Step):
    """A convolution as a product of patches; with a max pooling behind it, a block at a time.

    Pooling comes before bias and activation: both keep the order of numbers, so that the largest
    stays the largest, and there is a quarter as much to do. Two sums that only the bias would round
    to one number are no tie here: the larger takes the gradient, be it the second.
    """

    @cached_property
    def layer(self) -> specifications.Conv2D:
        """The convolution."""
        return of_kind(specifications.Conv2D, self.layers[0])

    @cached_property
    def blocked(self) -> BlockedConvolution:
        """How it is cut into blocks."""
        pooling = self.layers[1:]
        pool = pooling[0].window_size if pooling else Size(1, 1)  # type: ignore[attr-defined]  # a pooling has one
        geometry = self.layer.geometry(self.input_shape)
        return BlockedConvolution(geometry, self.input_shape[2], self.layer.filters, pool)

    @property
    def numbers(self) -> int:
        """The numbers of one sample's patches."""
        return self.blocked.patch_size * prod(self.blocked.output)

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the matrix of filters, and the bias as a column."""
        own = weights[0]
        return {"kernel": self.blocked.matrix(own["kernel"]), **bias_column(own)}

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Multiply the patches, pool, add the bias and activate."""
        plan, matrix, take = self.blocked, weights["kernel"], self.buffers.take
        planes = take("sums", (plan.filters, *plan.output, len(images)), matrix.dtype)
        wins = take("wins", (plan.candidates - 1, *planes.shape), np.bool_)
        hands = plan.deal(images, matrix.dtype, self.buffers)
        for rows in plan.tiles(len(images)):
            patches = plan.patches(hands, rows, self.buffers)
            candidates = self._candidates(planes[:, rows])
            np.matmul(matrix, patches, out=candidates.reshape(len(matrix), -1))
            if plan.candidates > 1 and generator is None:
                np.max(candidates, axis=0, out=planes[:, rows])
            elif plan.candidates > 1:
                running_maximum(candidates, planes[:, rows], wins[:, :, rows])
        if self.layer.use_bias:
            planes += weights["bias"].reshape(-1, 1, 1, 1)
        output = activate(str(self.layer.activation), from_planes(planes))
        return Kept(output, (hands, patches, wins))

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Multiply the gradient, given to each block's winner, by the patches and the filters."""
        plan, matrix, take = self.blocked, weights["kernel"], self.buffers.take
        hands, patches, wins = kept.values
        by_output = deactivate(str(self.layer.activation), gradient, kept.output, self.buffers)
        by_output = to_planes(by_output)
        by_kernel = np.zeros(matrix.T.shape, matrix.dtype)
        by_hands = take("gradient by hands", hands.shape, matrix.dtype) if to_input else None
        if by_hands is not None:
            by_hands.fill(0)
        tiles = plan.tiles(len(gradient))
        for rows in tiles:
            if len(tiles) > 1:
                patches = plan.patches(hands, rows, self.buffers)
            candidates = self._candidates(by_output[:, rows])
            if plan.candidates > 1:
                share_out(by_output[:, rows], wins[:, :, rows], candidates)
            flat = candidates.reshape(len(matrix), -1)
            by_kernel += patches @ flat.T
            if by_hands is not None:
                # The patches have served; their gradient is as large as they are.
                plan.add_back(np.matmul(matrix.T, flat, out=patches), rows, by_hands)
        by_weight = {"kernel": by_kernel}
        if self.layer.use_bias:
            by_weight["bias"] = by_output.reshape(plan.filters, -1).sum(axis=1)
        if by_hands is None:
            return LayerGradients(None, by_weight)
        return LayerGradients(plan.image_gradient(by_hands, self.buffers), by_weight)

    def _candidates(self, results: Array) -> Array:
        """Return room for each block's outputs: where there is but one, the results themselves."""
        shape = (self.blocked.candidates, *results.shape)
        return results if shape[0] == 1 else self.buffers.take("candidates", shape, results.dtype)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by kernel and bias; a pooling has none."""
        kernel = self.blocked.kernel_gradient(gradients["kernel"].T)
        return [{"kernel": kernel} | bias_gradient(gradients), *({} for _ in self.layers[1:])]
