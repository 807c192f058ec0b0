"""A convolution in training, alone or with the pooling behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import PoolingLayer
from cnncalc.layers.pooling import of_mode
from cnncalc.network.fused_layers.base import (
    FusedLayers,
    Kept,
    activate,
    bias_column,
    bias_gradient,
    deactivate,
    of_kind,
)
from cnncalc.network.structure import Array, LayerGradients, Weights
from cnncalc.ops.blocked_convolution import BlockedConvolution
from cnncalc.ops.memory import from_chwn, to_chwn
from cnncalc.ops.pooling import POOLINGS, ByCell
from cnncalc.shapes import Size

__all__ = ["FusedConvolution"]


@dataclass(frozen=True, eq=False)
class FusedConvolution(FusedLayers):
    """A convolution as products of patches; a block at a time with a pooling behind it that picks.

    Pooling comes before bias and activation: both keep the order of numbers, so that the largest
    stays the largest, and there is a quarter as much to do. Two sums that only the bias would round
    to one number are no tie here: the larger takes the gradient, be it the second.

    Where it `turns`, which a pooling behind it rules out, the gradient by the input is a
    convolution, too; else what each patch gives back is added up.
    """

    turns: bool = field(default=False, kw_only=True)

    @cached_property
    def layer(self) -> specifications.Conv2D:
        """The convolution."""
        return of_kind(specifications.Conv2D, self.layers[0])

    @cached_property
    def pooling(self) -> ByCell:
        """What is done with a block's outputs."""
        found = of_mode(POOLINGS, of_kind(PoolingLayer, self.layers[1])).by_cell
        if found is None:
            raise TypeError(self.layers[1].name)  # `choose` and this class must agree
        return found

    @cached_property
    def picks(self) -> np.ufunc:
        """Which of two outputs is kept."""
        if self.pooling.picks is None:
            raise TypeError(self.layers[1].name)  # `choose` and this class must agree
        return self.pooling.picks

    @cached_property
    def blocked(self) -> BlockedConvolution:
        """How it is cut into blocks."""
        pooling = [of_kind(PoolingLayer, layer) for layer in self.layers[1:]]
        pool = pooling[0].window_size if pooling else Size(1, 1)
        geometry = self.layer.geometry(self.input_shape)
        return BlockedConvolution(geometry, self.input_shape[2], self.layer.filters, pool)

    @property
    def numbers(self) -> int:
        """The numbers of one sample's input, and of its gradient, as they are spread."""
        plan = self.blocked
        return plan.spread_size + plan.turned.spread_size if self.turns else plan.spread_size

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the matrix of filters, also of the turned ones, and the bias as a column."""
        kernel, plan = weights[0]["kernel"], self.blocked
        result = {"kernel": plan.matrix(kernel), **bias_column(weights[0])}
        if self.turns:
            result["turned"] = plan.turned.matrix(kernel[::-1, ::-1].swapaxes(2, 3))
        return result

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Multiply the patches, pool, add the bias and activate."""
        plan, matrix, take = self.blocked, weights["kernel"], self.buffers.take
        sums = take("sums", (plan.filters, *plan.output, len(images)), matrix.dtype)
        wins = take("wins", (plan.candidates - 1, *sums.shape), np.bool_)
        spread = plan.spread(images, matrix.dtype, self.buffers, "images")
        for rows in plan.tiles(len(images)):
            candidates = self._candidates(sums[:, rows])
            plan.convolve(matrix, spread, rows, _flat(candidates))
            if plan.candidates > 1 and generator is None:
                self.picks.reduce(candidates, axis=0, out=sums[:, rows])
            elif plan.candidates > 1:
                self.pooling.forward(candidates, sums[:, rows], wins[:, :, rows])
        if self.layer.use_bias:
            sums += weights["bias"].reshape(-1, 1, 1, 1)
        output = activate(self.layer.activation_name, from_chwn(sums))
        return Kept(output, (spread, wins))

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Multiply the gradient, given to each block's winner, by the patches and the filters."""
        plan, matrix, buffers = self.blocked, weights["kernel"], self.buffers
        spread, wins = kept.values
        by_output = deactivate(self.layer.activation_name, gradient, kept.output, buffers)
        by_output = np.ascontiguousarray(to_chwn(by_output))
        by_weight: dict[str, Array] = {}
        if self.layer.trainable:
            by_weight["kernel"] = np.zeros(matrix.T.shape, matrix.dtype)
            if self.layer.use_bias:
                by_weight["bias"] = by_output.reshape(plan.filters, -1).sum(axis=1)
        adds = to_input and not self.turns
        by_phases = plan.phases_gradient(len(gradient), matrix.dtype, buffers) if adds else None
        for rows in plan.tiles(len(gradient)):
            candidates = self._candidates(by_output[:, rows])
            if plan.candidates > 1:
                self.pooling.backward(by_output[:, rows], wins[:, :, rows], candidates)
            if by_weight:
                by_weight["kernel"] += plan.matrix_gradient(
                    _flat(candidates), spread, rows, buffers
                )
            if by_phases is not None:
                plan.add_back(matrix, _flat(candidates), rows, by_phases, buffers)
        if by_phases is not None:
            return LayerGradients(plan.image_gradient(by_phases, buffers), by_weight)
        by_input = self._turned(weights["turned"], by_output) if to_input else None
        return LayerGradients(by_input, by_weight)

    def _turned(self, matrix: Array, by_output: Array) -> Array:
        """Convolve the gradient by the output, in CHWN order, with the turned filters."""
        plan, images = self.blocked.turned, from_chwn(by_output)
        shape = (plan.filters, *plan.output, len(images))
        result = self.buffers.take("gradient by input", shape, matrix.dtype)
        spread = plan.spread(images, matrix.dtype, self.buffers, "gradient")
        for rows in plan.tiles(len(images)):
            plan.convolve(matrix, spread, rows, result[:, rows])
        return from_chwn(result)

    def _candidates(self, results: Array) -> Array:
        """Return room for each block's outputs: where there is but one, the results themselves."""
        shape = (self.blocked.candidates, *results.shape)
        return results if shape[0] == 1 else self.buffers.take("candidates", shape, results.dtype)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by kernel and bias; a pooling has none."""
        by_weight: dict[str, Array] = {}
        if gradients:
            kernel = self.blocked.kernel_gradient(gradients["kernel"].T)
            by_weight = {"kernel": kernel} | bias_gradient(gradients)
        return [by_weight, *({} for _ in self.layers[1:])]


def _flat(candidates: Array) -> Array:
    """View candidates (outputs in a block, filters, …) as outputs of one matrix product."""
    return candidates.reshape(-1, *candidates.shape[-3:])
