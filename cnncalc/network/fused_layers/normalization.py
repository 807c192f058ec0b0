"""Batch normalization in training, piece by piece, with the relu behind it.

Mean and variance are those of the whole batch. Each piece gives what its numbers come to, which is
added up; then each goes on with the sum. So there is a halt before it, on the way there and back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import LINEAR
from cnncalc.network.fused_layers.base import FusedLayers, Kept, Room, activate, deactivate, of_kind
from cnncalc.network.operations import moving_statistics, normalization_scale
from cnncalc.network.structure import Array, LayerGradients, Weights
from cnncalc.ops.memory import from_rows, to_rows
from cnncalc.ops.normalization import Statistics, moving_average, standard_deviation

__all__ = ["FusedNormalization", "GradientSums", "Moments"]


class Moments(NamedTuple):
    """How many numbers of each channel a piece has, their mean, and the sum of their squared
    deviations from it, (channels,) both, in float64.
    """

    count: int
    mean: Array
    squares: Array

    def joined(self, other: Moments) -> Moments:
        """Return the moments of both pieces together.

        Source: T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for
        computing sample variances", 1979.
        """
        count = self.count + other.count
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.count / count)
        squares = self.squares + other.squares + apart**2 * (self.count * other.count / count)
        return Moments(count, mean, squares)

    @property
    def statistics(self) -> Statistics:
        """Mean and variance."""
        return Statistics(self.mean, self.squares / self.count)


class GradientSums(NamedTuple):
    """Of each channel of a piece, the sum of a loss's gradient by the normalization's output, and
    of its products with the input's deviations from the mean: (channels,) both, in float64.
    """

    gradient: Array
    products: Array

    def joined(self, other: GradientSums) -> GradientSums:
        """Return the sums over both pieces together."""
        return GradientSums(self.gradient + other.gradient, self.products + other.products)


class FusedNormalization(FusedLayers):
    """A batch normalization that is trained, with a relu behind it or not, in two halves each way.

    Forward: `measure`, then `normalize` with the moments of all pieces. Backward: `measure_back`,
    then `backward` with the sums of all pieces.
    """

    @cached_property
    def layer(self) -> specifications.BatchNormalization:
        """The batch normalization."""
        return of_kind(specifications.BatchNormalization, self.layers[0])

    @property
    def _activation(self) -> str:
        return self.layers[1].activation_name if self.layers[1:] else LINEAR

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the weights as they are."""
        return weights[0]

    def forward(
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Normalize by the moving mean and variance, as in prediction."""
        (images,) = results
        output = self._scaled(weights, to_rows(images), moving_statistics(weights), room)
        return Kept(from_rows(output))

    def measure(self, results: Sequence[Array], room: Room) -> Moments:
        """Return what a piece adds to the batch's moments."""
        (images,) = results
        rows = _lines(to_rows(images))
        count = rows.shape[0] * rows.shape[2]
        mean = _sums(rows) / count
        products, squares = room.scratch.take("deviations", rows.shape[1:], rows.dtype), 0.0
        rounded = mean.astype(rows.dtype)[:, np.newaxis]
        for row in rows:
            np.subtract(row, rounded, out=products)
            squares = squares + np.vecdot(products, products).astype(np.float64)
        return Moments(count, mean, np.asarray(squares))

    def normalize(
        self, weights: Weights, results: Sequence[Array], moments: Moments, room: Room
    ) -> Kept:
        """Normalize a piece by the moments of all pieces."""
        (images,) = results
        rows = to_rows(images)
        output = self._scaled(weights, rows, moments.statistics, room)
        moved = moving_average(moving_statistics(weights), moments.statistics, self.layer.momentum)
        updates = {
            name: value.astype(weights[name].dtype)
            for name, value in zip(("moving_mean", "moving_variance"), moved, strict=True)
        }
        return Kept(from_rows(output), (rows, moments, updates))

    def _scaled(self, weights: Weights, rows: Array, statistics: Statistics, room: Room) -> Array:
        """Return gamma × (x − mean) / deviation + beta, as x times one number plus another."""
        gamma, beta = normalization_scale(weights)
        factor = gamma / standard_deviation(statistics.variance, self.layer.epsilon)
        summand = beta - statistics.mean * factor
        output = room.kept.take((self, "output"), rows.shape, rows.dtype)
        lines, results = _lines(rows), _lines(output)
        for row, result in zip(lines, results, strict=True):
            np.multiply(row, factor.astype(rows.dtype)[:, np.newaxis], out=result)
            result += summand.astype(rows.dtype)[:, np.newaxis]
            activate(self._activation, result)
        return output

    def measure_back(self, kept: Kept, gradient: Array, room: Room) -> GradientSums:
        """Return what a piece adds to the batch's sums, given the gradient by the output."""
        rows, moments, _ = kept.values
        output = to_rows(kept.output)
        deactivate(self._activation, to_rows(gradient), output, self._by_input(rows, room))
        lines, errors = _lines(rows), _lines(self._by_input(rows, room))
        mean = moments.mean.astype(rows.dtype)[:, np.newaxis]
        deviations = room.scratch.take("deviations", lines.shape[1:], rows.dtype)
        products = np.zeros(lines.shape[1])
        for row, error in zip(lines, errors, strict=True):
            np.subtract(row, mean, out=deviations)
            products += np.vecdot(deviations, error)
        return GradientSums(_sums(errors), products)

    def denormalize(
        self, weights: Weights, kept: Kept, own: GradientSums, sums: GradientSums, room: Room
    ) -> LayerGradients:
        """Return a loss's gradients by the input, and what this piece adds to those by the weights.

        Arguments: the `weights`; what `normalize` kept; the piece's `own` sums, as `measure_back`
        gave them, and those of all pieces; the `room`, which still holds the gradient.
        Source: S. Ioffe and C. Szegedy, "Batch Normalization", 2015, section 3.
        """
        rows, moments, _ = kept.values
        statistics, count = moments.statistics, moments.count
        deviation = standard_deviation(statistics.variance, self.layer.epsilon)
        factor = normalization_scale(weights)[0] / deviation
        by_deviation = -factor * sums.products / (count * deviation**2)
        summand = -factor * sums.gradient / count - by_deviation * statistics.mean
        by_input = self._by_input(rows, room)
        factor, by_deviation, summand = (
            numbers.astype(rows.dtype)[:, np.newaxis] for numbers in (factor, by_deviation, summand)
        )
        shares = room.scratch.take("deviations", _lines(rows).shape[1:], rows.dtype)
        for row, error in zip(_lines(rows), _lines(by_input), strict=True):
            error *= factor
            error += np.multiply(row, by_deviation, out=shares)
            error += summand
        by_weight = {"gamma": own.products / deviation, "beta": own.gradient}
        learnt = {name: by_weight[name].astype(rows.dtype) for name in by_weight if name in weights}
        return LayerGradients(from_rows(by_input), learnt)

    def _by_input(self, rows: Array, room: Room) -> Array:
        return room.kept.take((self, "by input"), rows.shape, rows.dtype)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients as they are; an activation has none."""
        return [dict(gradients), *({} for _ in self.layers[1:])]

    def updates(self, kept: Kept) -> list[Weights]:
        """Return what the moving mean and variance become."""
        return [kept.values[2], *({} for _ in self.layers[1:])]


def _lines(rows: Array) -> Array:
    """View HCWN rows, or (features, batch), as (rows, channels, numbers)."""
    if rows.ndim == 2:
        return rows[np.newaxis]
    return rows.reshape(*rows.shape[:2], -1)


def _sums(rows: Array) -> Array:
    """Add up each channel of (rows, channels, numbers), in float64."""
    # A product with ones is faster than a sum, row by row hardly less exact.
    by_row = rows @ np.ones(rows.shape[-1], rows.dtype)
    total: Array = by_row.sum(axis=0, dtype=np.float64)
    return total
