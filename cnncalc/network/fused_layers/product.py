"""One product in training: a Dense layer, with a Flatten before it, or a 1×1 convolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from cnncalc.layers import KernelLayer, Shape
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
from cnncalc.ops.memory import chw_shape, from_chwn, to_chwn

__all__ = ["FusedProduct"]


class FusedProduct(FusedLayers):
    """A layer that is one matrix product of the images as they lie, in CHWN order.

    A Dense layer's kernel, if a Flatten stands before it, has its rows brought into that
    order, once a batch: that is less work than to bring each image into the order of the rows.
    A convolution of single pixels is a Dense layer for each pixel.
    """

    @cached_property
    def layer(self) -> KernelLayer:
        """The Dense layer or the convolution."""
        return of_kind(KernelLayer, self.layers[-1])

    @cached_property
    def divided(self) -> tuple[Shape, Shape]:
        """The input's shape in two: what has a product each, and what each sum adds up."""
        if self.layers[1:]:  # behind a Flatten
            return (), self.input_shape
        return self.input_shape[:-1], self.input_shape[-1:]

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the kernel as (units, features in CHWN order), the bias as a column."""
        stored = weights[-1]
        rows = stored["kernel"].reshape(*self.divided[1], -1)
        rows_in_order = to_chwn(np.moveaxis(rows, -1, 0)).reshape(-1, rows.shape[-1])
        return {"kernel": np.ascontiguousarray(rows_in_order.T), **bias_column(stored)}

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Multiply, add the bias and activate."""
        kernel = weights["kernel"]
        features = to_chwn(images).reshape(kernel.shape[1], -1)
        shape = (len(kernel), features.shape[1])
        sums = self.buffers.take("sums", shape, kernel.dtype)
        np.matmul(kernel, features, out=sums)
        if self.layer.use_bias:
            sums += weights["bias"]
        volume = sums.reshape(-1, *self.divided[0], len(images))
        return Kept(activate(self.layer.activation_name, from_chwn(volume)), features)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Multiply the gradient by the features, and by the kernel."""
        kernel, features = weights["kernel"], kept.values
        by_sums = deactivate(self.layer.activation_name, gradient, kept.output, self.buffers)
        by_sums = np.ascontiguousarray(to_chwn(by_sums)).reshape(len(kernel), -1)
        by_weight: dict[str, Array] = {}
        if self.layer.trainable:
            by_kernel = self.buffers.take("gradient by kernel", kernel.shape, kernel.dtype)
            by_weight["kernel"] = np.matmul(by_sums, features.T, out=by_kernel)
            if self.layer.use_bias:
                by_weight["bias"] = by_sums.sum(axis=1)
        if not to_input:
            return LayerGradients(None, by_weight)
        by_features = self.buffers.take("gradient by input", features.shape, kernel.dtype)
        np.matmul(kernel.T, by_sums, out=by_features)
        shape = chw_shape(self.input_shape)
        return LayerGradients(from_chwn(by_features.reshape(*shape, -1)), by_weight)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by the kernel, in its own order, and by the bias."""
        if not gradients:
            return [{} for _ in self.layers]
        by_kernel = gradients["kernel"].T
        shape = chw_shape(self.divided[1])
        rows = np.moveaxis(from_chwn(by_kernel.reshape(*shape, -1)), 0, -1)
        kernel = self.layer.weight_shapes(self._input_of_layer)["kernel"]
        by_weight = {"kernel": rows.reshape(kernel)} | bias_gradient(gradients)
        return [*({} for _ in self.layers[1:]), by_weight]

    @property
    def _input_of_layer(self) -> Shape:
        """The shape of what the layer itself gets: behind a Flatten a row."""
        return (
            self.layers[0].output_shape(self.input_shape) if self.layers[1:] else self.input_shape
        )
