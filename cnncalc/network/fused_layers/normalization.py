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
from cnncalc.ops.memory import as_lines, chunks, from_rows, line_sums, to_rows
from cnncalc.ops.normalization import Statistics, moving_average, standard_deviation

__all__ = ["FusedNormalization", "GradientSums", "Moments"]


class Moments(NamedTuple):
    """What the numbers of each channel of a piece come to, in float64.

    There are `numbers` of them, with a `mean` (channels,), and `squares` (channels,), the sum of
    their squared deviations from it.
    """

    numbers: int
    mean: Array
    squares: Array

    def joined(self, other: Moments) -> Moments:
        """Return the moments of both pieces together.

        Source: T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for
        computing sample variances", 1979.
        """
        numbers = self.numbers + other.numbers
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.numbers / numbers)
        squares = self.squares + other.squares
        squares = squares + apart**2 * (self.numbers * other.numbers / numbers)
        return Moments(numbers, mean, squares)

    @property
    def statistics(self) -> Statistics:
        """Mean and variance."""
        return Statistics(self.mean, self.squares / self.numbers)


class GradientSums(NamedTuple):
    """What a loss's gradient by the normalization's output comes to in each channel of a piece.

    It is the sum of the `gradient`, and that of its `products` with the input's deviations from the
    mean: (channels,) both, in float64.
    """

    gradient: Array
    products: Array

    def joined(self, other: GradientSums) -> GradientSums:
        """Return the sums over both pieces together."""
        return GradientSums(self.gradient + other.gradient, self.products + other.products)


class FusedNormalization(FusedLayers):
    """A batch normalization that is trained, with a relu behind it or not, in two halves each way.

    Forward: `measure`, then `normalize` with the moments of all pieces. Backward: `measure_back`,
    then `denormalize` with the sums of all pieces.
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
        rows = as_lines(to_rows(images))
        numbers = rows.shape[0] * rows.shape[2]
        # A sum of many numbers is rounded: what it misses is in the sum of deviations from it.
        near, _ = _rounded(line_sums(rows, np.float64) / numbers, rows)
        missed, squares = self._products(rows, near, None, room)
        mean = near[:, 0] + missed / numbers
        return Moments(numbers, mean, squares - missed**2 / numbers)

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
        """Return (x − mean) × gamma / deviation + beta.

        One factor and one summand would be a step less, but lose the digits of numbers whose mean
        is far above their deviation. What rounding takes from the mean is added to beta.
        """
        gamma, beta = normalization_scale(weights)
        factor = gamma / standard_deviation(statistics.variance, self.layer.epsilon)
        output = room.kept.take((self, "output"), rows.shape, rows.dtype)
        lines, results = as_lines(rows), as_lines(output)
        mean, rest = _rounded(statistics.mean, rows)
        factor, beta = (_column(numbers, rows) for numbers in (factor, beta + rest * factor))
        for some in chunks(lines):
            np.subtract(lines[some], mean, out=results[some])
            np.multiply(results[some], factor, out=results[some])
            np.add(results[some], beta, out=results[some])
            activate(self._activation, results[some])
        return output

    def measure_back(self, kept: Kept, gradient: Array, room: Room) -> GradientSums:
        """Return what a piece adds to the batch's sums, given the gradient by the output."""
        rows, moments, _ = kept.values
        by_output, output = to_rows(gradient), to_rows(kept.output)
        by_input = self._by_input(rows, room)
        for some in chunks(output):
            deactivate(self._activation, by_output[some], output[some], by_input[some])
        mean, rest = _rounded(moments.mean, rows)
        sums, products = self._products(as_lines(rows), mean, as_lines(by_input), room)
        return GradientSums(sums, products + rest * sums)

    def _products(
        self, lines: Array, mean: Array, errors: Array | None, room: Room
    ) -> tuple[Array, Array]:
        """Return the sums of errors, and of their products with deviations from the mean.

        Arguments: `lines` (rows, channels, numbers); their `mean` (channels, 1); the `errors`,
        shaped as the lines, None for the deviations themselves; the `room`.
        """
        total = [np.zeros(lines.shape[1]), np.zeros(lines.shape[1])]
        for some in chunks(lines):
            deviations = room.scratch.take("deviations", lines[some].shape, lines.dtype)
            np.subtract(lines[some], mean, out=deviations)
            factors = deviations if errors is None else errors[some]
            total[0] += line_sums(factors, np.float64)
            total[1] += np.vecdot(deviations, factors).sum(axis=0, dtype=np.float64)
        return total[0], total[1]

    def denormalize(
        self, weights: Weights, kept: Kept, own: GradientSums, sums: GradientSums, room: Room
    ) -> LayerGradients:
        """Return a loss's gradients by the input, and what this piece adds to those by the weights.

        Arguments: the `weights`; what `normalize` kept; the piece's `own` sums, as `measure_back`
        gave them, and those of all pieces; the `room`, which still holds the gradient.
        Source: S. Ioffe and C. Szegedy, "Batch Normalization", 2015, section 3.
        """
        rows, moments, _ = kept.values
        statistics, count = moments.statistics, moments.numbers
        deviation = standard_deviation(statistics.variance, self.layer.epsilon)
        factor = normalization_scale(weights)[0] / deviation
        by_deviation = -factor * sums.products / (count * deviation**2)
        mean, rest = _rounded(statistics.mean, rows)
        summand = by_deviation * rest - factor * sums.gradient / count
        lines, errors = as_lines(rows), as_lines(self._by_input(rows, room))
        factor, by_deviation, summand = (
            _column(numbers, rows) for numbers in (factor, by_deviation, summand)
        )
        for some in chunks(lines):
            shares = room.scratch.take("deviations", lines[some].shape, rows.dtype)
            np.subtract(lines[some], mean, out=shares)
            np.multiply(shares, by_deviation, out=shares)
            np.multiply(errors[some], factor, out=errors[some])
            np.add(errors[some], shares, out=errors[some])
            np.add(errors[some], summand, out=errors[some])
        by_weight = {"gamma": own.products / deviation, "beta": own.gradient}
        learnt = {name: by_weight[name].astype(rows.dtype) for name in by_weight if name in weights}
        return LayerGradients(from_rows(self._by_input(rows, room)), learnt)

    def _by_input(self, rows: Array, room: Room) -> Array:
        return room.kept.take((self, "by input"), rows.shape, rows.dtype)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients as they are; an activation has none."""
        return [dict(gradients), *({} for _ in self.layers[1:])]

    def updates(self, kept: Kept) -> list[Weights]:
        """Return what the moving mean and variance become."""
        return [kept.values[2], *({} for _ in self.layers[1:])]


def _rounded(mean: Array, like: Array) -> tuple[Array, Array]:
    """Return a mean (channels,) as a column in the type to work in, and what that is too much."""
    column = _column(mean, like)
    return column, column[:, 0].astype(np.float64) - mean


def _column(numbers: Array, like: Array) -> Array:
    """Return numbers (channels,) as a column, in the type to work in."""
    return numbers.astype(like.dtype)[:, np.newaxis]
