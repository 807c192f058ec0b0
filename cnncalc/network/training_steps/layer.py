"""The step of any layer that has no faster one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnncalc.network.backward_pass import LayerGradients, backward_layer
from cnncalc.network.saved_pass import Saved, save_layer
from cnncalc.network.structure import Array, Weights
from cnncalc.network.training_steps.step import Kept, Step

__all__ = ["LayerStep"]


class LayerStep(Step):
    """Any single layer, by the operations that the calculator uses too."""

    def prepare(self, weights: Sequence[Weights]) -> Weights:
        """Return the weights as they are."""
        return weights[0]

    def forward(
        self, weights: Weights, images: Array, generator: np.random.Generator | None
    ) -> Kept:
        """Run the layer."""
        saved = save_layer(self.layers[0], weights, images, generator)
        return Kept(saved.output, saved)

    def backward(
        self, weights: Weights, kept: Kept, gradient: Array, to_input: bool
    ) -> LayerGradients:
        """Return the layer's gradients."""
        saved: Saved = kept.values
        return backward_layer(self.layers[0], weights, saved, gradient, to_input)

    def finish(self, gradients: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return the gradients as they are."""
        return [dict(gradients)]

    def updates(self, kept: Kept) -> list[Weights]:
        """Return what a batch normalization's moving mean and variance became."""
        saved: Saved = kept.values
        return [saved.updates]
