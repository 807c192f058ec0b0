"""One product in training: a Dense layer, alone or with a Flatten before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod

import numpy as np

from cnncalc.layers import Dense
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
from cnncalc.ops.memory import from_rows, row_shape, to_rows
from cnncalc.ops.small_products import Product, Purpose

__all__ = ["FusedProduct"]


class FusedProduct(FusedLayers):
    """A Dense layer, perhaps behind a Flatten: one matrix product of the images as they lie.

    Behind a Flatten its kernel has its rows brought into the order that images lie in, once a
    batch: that is less work than to bring each image into the order of the rows.
    """

    @cached_property
    def layer(self) -> Dense:
        """The Dense layer."""
        return of_kind(Dense, self.layers[-1])

    def products(self, batch: int) -> list[Product]:
        """Return the product, and those of its gradients."""
        units, features = self.layer.units, prod(self.input_shape)
        return [
            Product(Purpose.FORWARD, units, features, batch, is_cut=False),
            Product(Purpose.WEIGHT_GRADIENT, features, batch, units, is_cut=False),
            Product(Purpose.INPUT_GRADIENT, features, units, batch, is_cut=False),
        ]

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the kernel as (features in HCWN order, units), and the bias."""
        stored = weights[-1]
        rows = np.moveaxis(stored["kernel"].reshape(*self.input_shape, -1), -1, 0)
        kernel = to_rows(rows).reshape(-1, self.layer.units)
        return {**stored, "kernel": np.ascontiguousarray(kernel)}

    def forward(
        self,
        weights: Weights,
        results: Sequence[Array],
        generator: np.random.Generator | None,
        room: Room,
    ) -> Kept:
        """Multiply, add the bias and activate."""
        (images,) = results
        kernel = weights["kernel"]
        features = to_rows(images).reshape(len(kernel), -1)
        shape = (self.layer.units, len(images))
        sums = room.kept.take((self, "sums"), shape, kernel.dtype)
        np.matmul(kernel.T, features, out=sums)
        if self.layer.use_bias:
            sums += weights["bias"][:, np.newaxis]
        activate(self.layer.activation_name, sums)
        return Kept(from_rows(sums), features)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool, room: Room
    ) -> LayerGradients:
        """Multiply the gradient by the features, and by the kernel."""
        kernel, features = weights["kernel"], kept.values
        output = to_rows(kept.output)
        by_sums = room.scratch.take("by sums", output.shape, kernel.dtype)
        deactivate(self.layer.activation_name, to_rows(gradient), output, by_sums)
        by_weight: dict[str, Array] = {}
        if self.layer.trainable:
            by_kernel = room.kept.take((self, "by kernel"), kernel.shape, kernel.dtype)
            by_weight["kernel"] = np.matmul(features, by_sums.T, out=by_kernel)
            if self.layer.use_bias:
                by_weight["bias"] = by_sums.sum(axis=1)
        if not to_input:
            return LayerGradients(None, by_weight)
        by_features = room.kept.take((self, "by input"), features.shape, kernel.dtype)
        np.matmul(kernel, by_sums, out=by_features)
        shape = row_shape(self.input_shape)
        return LayerGradients(from_rows(by_features.reshape(*shape, -1)), by_weight)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by the kernel, in its own order, and by the bias."""
        if not gradients:
            return [{} for _ in self.layers]
        by_kernel = gradients["kernel"].reshape(*row_shape(self.input_shape), -1)
        rows = np.moveaxis(from_rows(by_kernel), 0, -1)
        kernel = rows.reshape(-1, self.layer.units)
        return [*({} for _ in self.layers[1:]), {"kernel": kernel} | bias_gradient(gradients)]
