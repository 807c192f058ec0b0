"""A convolution in training, with a rescaling before it, or with the pooling behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import Layer, PoolingLayer
from cnncalc.layers.pooling import of_mode
from cnncalc.network.fused_layers.base import (
    FusedLayers,
    Kept,
    Room,
    activate,
    bias_gradient,
    deactivate,
    of_kind,
)
from cnncalc.network.structure import Array, LayerGradients, Weights
from cnncalc.ops.memory import as_lines, from_rows, line_sums, to_rows
from cnncalc.ops.pooling import POOLINGS, ByCell
from cnncalc.ops.small_products import Product, Purpose, multiply, sum_of_products
from cnncalc.ops.strip_convolution import Strip, StripConvolution
from cnncalc.shapes import Size

__all__ = ["FusedConvolution"]


@dataclass(frozen=True, eq=False)
class FusedConvolution(FusedLayers):
    """A convolution as small products of patches, strip by strip.

    A pooling behind it that picks comes before bias and activation: both keep the order of numbers,
    so that the largest stays the largest, and there is a quarter as much to do. Two sums that only
    the bias would round to one number are no tie here: the larger takes the gradient, be it the
    second. A rescaling before it is done as a strip is read.

    Where it `turns`, the gradient by the input is a convolution, too; else what each patch gives
    back is added up.
    """

    turns: bool = field(default=False, kw_only=True)

    @cached_property
    def rescaling(self) -> specifications.Rescaling | None:
        """The rescaling before it, if there is one."""
        first = self.layers[0]
        return first if isinstance(first, specifications.Rescaling) else None

    @cached_property
    def _rest(self) -> tuple[Layer, ...]:
        return self.layers[1:] if self.rescaling else self.layers

    @cached_property
    def layer(self) -> specifications.Conv2D:
        """The convolution."""
        return of_kind(specifications.Conv2D, self._rest[0])

    @cached_property
    def pooling(self) -> PoolingLayer | None:
        """The pooling behind it, if there is one."""
        return of_kind(PoolingLayer, self._rest[1]) if self._rest[1:] else None

    @cached_property
    def by_cell(self) -> ByCell:
        """What is done with the outputs under a window of the pooling."""
        found = self.pooling and of_mode(POOLINGS, self.pooling).by_cell
        if not found:
            raise TypeError(self.layer.name)  # `choose` and this class must agree
        return found

    @cached_property
    def plan(self) -> StripConvolution:
        """How it is worked out."""
        pool = self.pooling.window_size if self.pooling else Size(1, 1)
        geometry = self.layer.geometry(self.input_shape)
        return StripConvolution(geometry, self.input_shape[2], self.layer.filters, pool)

    def products(self, batch: int) -> list[Product]:
        """Return the products of a row of outputs, and of a row of its gradient by the input."""
        plan, turned = self.plan, self.plan.turned
        filters, patch = plan.filters, plan.patch_size
        columns = plan.output.width * batch
        back = (patch, filters, plan.without_pool.output.width * batch)
        if self.turns:
            back = (turned.filters, turned.patch_size, turned.output.width * batch)
        return [
            Product(Purpose.FORWARD, filters, patch, columns, is_cut=True),
            Product(Purpose.WEIGHT_GRADIENT, filters, columns, patch, is_cut=True),
            Product(Purpose.INPUT_GRADIENT, *back, is_cut=True),
        ]

    @property
    def numbers(self) -> int:
        """The numbers of one sample's rows as they are dealt, and of its gradient's, if it has."""
        dealt = prod(self.plan.dealt_shape(batch=1))
        return dealt + prod(self.plan.turned.dealt_shape(batch=1)) if self.turns else dealt

    @property
    def row_numbers(self) -> int:
        """The numbers of one sample's rows as they are spread, of its gradient if that is, too."""
        plans = (self.plan, self.plan.turned) if self.turns else (self.plan,)
        return max(prod(plan.spread_row(batch=1)) for plan in plans)

    @property
    def converts(self) -> bool:
        """It reads images of any type."""
        return True

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the matrix of filters, also of the turned ones, and the bias."""
        stored, plan = weights[len(self.layers) - len(self._rest)], self.plan
        result = {**stored, "kernel": plan.matrix(stored["kernel"])}
        if self.turns:
            turned = stored["kernel"][::-1, ::-1].swapaxes(2, 3)
            result["turned"] = plan.turned.matrix(np.ascontiguousarray(turned))
        return result

    def forward(
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Multiply the patches, pool, add the bias and activate."""
        (images,) = results
        plan, matrix, batch = self.plan, weights["kernel"], len(images)
        down, across = plan.output
        shape = (down, plan.filters, across, batch)
        output = room.kept.take((self, "output"), shape, matrix.dtype)
        wins = room.kept.take((self, "wins"), (plan.candidates - 1, *shape), np.bool_)
        dealt = self._dealt(images, matrix.dtype, room)
        for strip in plan.strips(batch):
            result = output[strip.rows]
            candidates = self._candidates(result, room)
            multiply(matrix, self._patches(dealt, strip, room), _by_row(candidates))
            if self.pooling:
                self.by_cell.forward(_in_turn(candidates), result, wins[:, strip.rows])
            if self.layer.use_bias:
                result += weights["bias"].reshape(-1, 1, 1)
            activate(self.layer.activation_name, result)
        return Kept(from_rows(output), (dealt, wins))

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool, room: Room
    ) -> LayerGradients:
        """Multiply the gradient, given to each window's winner, by the patches and the filters."""
        plan, matrix = self.plan, weights["kernel"]
        dealt, wins = kept.values
        by_output, output = to_rows(gradient), to_rows(kept.output)
        by_sums, inside = (
            self._all_sums(len(gradient), matrix.dtype, room) if to_input else (None, None)
        )
        by_weight = self._zero_gradients(matrix)
        for strip in plan.strips(len(gradient)):
            outputs = output[strip.rows]
            result = room.scratch.take("by result", outputs.shape, matrix.dtype)
            deactivate(self.layer.activation_name, by_output[strip.rows], outputs, result)
            if "bias" in by_weight:
                by_weight["bias"] += line_sums(as_lines(result))
            candidates = self._candidates(result, room)
            if self.pooling:
                self.by_cell.backward(result, wins[:, strip.rows], _in_turn(candidates))
            if by_weight:
                patches = self._patches(dealt, strip, room)
                by_weight["kernel"] += sum_of_products(_by_row(candidates), patches, room.scratch)
            if inside is not None:
                self._bring_back(candidates, strip, inside)
        by_input = None if by_sums is None else self._by_input(weights, by_sums, room)
        return LayerGradients(by_input, by_weight)

    def _zero_gradients(self, matrix: Array) -> dict[str, Array]:
        """Return what the strips' gradients by the prepared weights are added to."""
        if not self.layer.trainable:
            return {}
        bias = {"bias": np.zeros(len(matrix), matrix.dtype)} if self.layer.use_bias else {}
        return {"kernel": np.zeros_like(matrix), **bias}

    def _dealt(self, images: Array, dtype: np.dtype[Any], room: Room) -> Array:
        """Return a piece's rows as they are spread: with padding, dealt out, and rescaled."""
        plan, rows = self.plan, to_rows(images)
        if plan.is_dealt(rows, dtype) and not self.rescaling:
            return rows[:, :, np.newaxis]
        dealt = room.kept.take_padded((self, "dealt"), plan.dealt_shape(len(images)), dtype)
        for part, columns in plan.inside(dealt):
            taken = rows[:, :, columns]
            np.copyto(part, _ordered(taken, room), casting="unsafe")
            if self.rescaling:
                _rescale(self.rescaling, part)
        return dealt

    def _patches(self, dealt: Array, strip: Strip, room: Room) -> Array:
        """Return a strip's patches; of single pixels, they are the rows as they lie."""
        if self.plan.is_pixel_by_pixel:
            return _as_matrices(dealt[strip.seen, :, 0])[:, np.newaxis, np.newaxis]
        spread = self.plan.spread(dealt, strip, room.scratch)
        return self.plan.patches(spread, strip, dealt.shape[-1])

    def _candidates(self, result: Array, room: Room) -> Array:
        """Return room for what windows compare: where no pooling follows, the result itself.

        Returns (pool height, pool width, rows of windows, filters, windows across, batch).
        """
        shape = (*self.plan.pool, *result.shape)
        if not self.pooling:
            return result[np.newaxis, np.newaxis]
        return room.scratch.take("candidates", shape, result.dtype)

    def _all_sums(self, batch: int, dtype: np.dtype[Any], room: Room) -> tuple[Array, Array]:
        """Return room for a loss's gradient by all sums, and that part of it which isn't padding.

        Where the gradient is convolved, too, it has that convolution's padding. Sums that no window
        of the pooling covers stay 0.
        """
        plan, (down, across) = self.plan, self.plan.geometry.output
        if not self.turns:
            shape = (down, plan.filters, across, batch)
            sums = room.kept.take_padded((self, "by sums"), shape, dtype)
            return sums, sums
        dealt_shape = plan.turned.dealt_shape(batch)
        dealt = room.kept.take_padded((self, "by sums"), dealt_shape, dtype)
        ((inside, _),) = plan.turned.inside(dealt)
        return dealt, inside

    def _bring_back(self, candidates: Array, strip: Strip, by_sums: Array) -> None:
        """Bring the gradient by a strip's outputs to where they belong."""
        (height, width), across = self.plan.pool, self.plan.output.width
        rows = by_sums[strip.rows.start * height : strip.rows.stop * height]
        for down in range(height):
            for place in range(width):
                columns = slice(place, width * across, width)
                rows[down::height, :, columns] = candidates[down, place]

    def _by_input(self, weights: Weights, by_sums: Array, room: Room) -> Array:
        """Return a loss's gradient by the input, given that by all sums."""
        plan, batch = self.plan.without_pool, by_sums.shape[-1]
        height, width, channels = self.input_shape
        shape = (height, channels, width, batch)
        result = room.kept.take((self, "by input"), shape, by_sums.dtype)
        if self.turns:
            turned = plan.turned
            for strip in turned.strips(batch):
                spread = turned.spread(by_sums, strip, room.scratch)
                patches = turned.patches(spread, strip, batch)
                given = _as_matrices(result[strip.rows])
                multiply(weights["turned"], patches, given[:, np.newaxis, np.newaxis])
        else:
            result.fill(0)
            for strip in plan.strips(batch):
                given = _as_matrices(by_sums[strip.rows])
                plan.add_back(weights["kernel"], given, strip, result, room.scratch)
        if self.rescaling:
            result *= np.asarray(self.rescaling.scale, result.dtype).reshape(-1, 1, 1)
        return from_rows(result)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by kernel and bias; the other layers have none."""
        by_weight: dict[str, Array] = {}
        if gradients:
            kernel = self.plan.kernel_gradient(gradients["kernel"])
            by_weight = {"kernel": kernel} | bias_gradient(gradients)
        return [by_weight if layer is self.layer else {} for layer in self.layers]


def _rescale(layer: specifications.Rescaling, rows: Array) -> None:
    """Multiply rows by the scale, and add the offset, in place."""
    rows *= np.asarray(layer.scale, rows.dtype).reshape(-1, 1, 1)
    if np.any(layer.offset):
        rows += np.asarray(layer.offset, rows.dtype).reshape(-1, 1, 1)


def _ordered(rows: Array, room: Room) -> Array:
    """Return rows in HCWN order, if they aren't."""
    if rows.strides[-1] == rows.itemsize:
        return rows
    result = room.scratch.take("ordered", rows.shape, rows.dtype)
    np.copyto(result, rows)
    return result


def _in_turn(candidates: Array) -> Array:
    """View (pool height, pool width, …) as the outputs of windows, row by row."""
    return candidates.reshape(-1, *candidates.shape[2:])


def _by_row(candidates: Array) -> Array:
    """View (pool height, pool width, rows, …) as matrices, row by row as patches are."""
    return _as_matrices(candidates).transpose(2, 0, 1, 3, 4)


def _as_matrices(rows: Array) -> Array:
    """View what (…, channels, columns, batch) holds as matrices: (…, channels, numbers)."""
    return rows.reshape(*rows.shape[:-2], prod(rows.shape[-2:]))
