"""What layers with a kernel share, whether it slides over the input or sees all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from cnncalc.layers.base import LINEAR, Layer, Shape
from cnncalc.layers.regularizers import L1L2, given_regularizers

__all__ = ["KERNEL_OPTIONS", "LORA_OPTIONS", "KernelLayer"]

# What Keras's layers with a kernel take besides what they compute by.
KERNEL_OPTIONS = (
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
)
LORA_OPTIONS = ("lora_rank", "lora_alpha")


class KernelLayer(Layer):
    """A layer whose outputs weigh what they see by a kernel, add a bias, then activate.

    Its `output_noun` is what one that makes an output is called.
    """

    output_noun: ClassVar[str] = ""  # every child has one

    # Annotations alone: each layer declares these as fields in Keras's order.
    activation: str | None
    use_bias: bool
    bias_regularizer: L1L2 | str | None

    @property
    def activation_name(self) -> str:
        """The activation after the bias, by its name."""
        return str(self.activation)

    def without_activation(self) -> Layer:
        """Return the same layer, with its bias and without its activation."""
        # Every child has this field, but the class they share does not say so.
        return replace(self, activation=LINEAR)  # type: ignore[call-arg]

    def _regularizers(self, kernel: object) -> Mapping[str, L1L2]:
        bias = self.bias_regularizer if self.use_bias else None
        return given_regularizers(kernel=kernel, bias=bias)

    def _with_bias(self, kernel: Shape, units: int) -> dict[str, Shape]:
        weights = {"kernel": kernel}
        return weights | {"bias": (units,)} if self.use_bias else weights
