"""The step of a convolution with many channels: a product for each row of the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

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
from cnncalc.ops.planes import from_planes, to_planes
from cnncalc.ops.row_convolution import RowConvolution

__all__ = ["RowsStep"]


class RowsStep(Step):
    """A convolution as a product for each row of its kernel, forward and backward."""

    @cached_property
    def layer(self) -> specifications.Conv2D:
        """The convolution."""
        return of_kind(specifications.Conv2D, self.layers[0])

    @cached_property
    def plan(self) -> RowConvolution:
        """How it is worked out."""
        geometry = self.layer.geometry(self.input_shape)
        return RowConvolution(geometry, self.input_shape[2], self.layer.filters)

    @property
    def numbers(self) -> int:
        """The numbers of one sample's columns, forward and backward."""
        width = self.plan.geometry.kernel.width
        size, output = self.plan.geometry.padded, self.plan.geometry.output
        return width * size.height * output.width * (self.plan.channels + self.plan.filters)

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the kernel's matrices, as it is and turned, and the bias as a column."""
        own, plan = weights[0], self.plan
        kernel, turned = plan.matrices(own["kernel"]), plan.turned_matrices(own["kernel"])
        return {"kernel": kernel, "turned": turned, **bias_column(own)}

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Multiply, add the bias and activate."""
        plan, matrices = self.plan, weights["kernel"]
        spread = plan.spread(images, matrices.dtype, self.buffers, "columns")
        shape = (plan.filters, *plan.geometry.output, len(images))
        sums = self.buffers.take("sums", shape, matrices.dtype)
        plan.convolve(spread, matrices, sums, self.buffers)
        if self.layer.use_bias:
            sums += weights["bias"].reshape(-1, 1, 1, 1)
        return Kept(activate(str(self.layer.activation), from_planes(sums)), spread)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Multiply the gradient by the columns, and convolve it with the turned kernel."""
        plan, turned = self.plan, self.plan.turned
        by_sums = deactivate(str(self.layer.activation), gradient, kept.output, self.buffers)
        by_planes = np.ascontiguousarray(to_planes(by_sums))
        by_weight = {"kernel": plan.kernel_gradient(kept.values, by_planes)}
        if self.layer.use_bias:
            by_weight["bias"] = by_planes.reshape(plan.filters, -1).sum(axis=1)
        if not to_input:
            return LayerGradients(None, by_weight)
        spread = turned.spread(by_sums, by_planes.dtype, self.buffers, "columns of gradient")
        shape = (plan.channels, *plan.geometry.input, len(gradient))
        result = self.buffers.take("gradient by input", shape, by_planes.dtype)
        turned.convolve(spread, weights["turned"], result, self.buffers)
        return LayerGradients(from_planes(result), by_weight)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients by kernel and bias."""
        return [{"kernel": self.plan.kernel_of(gradients["kernel"])} | bias_gradient(gradients)]
