"""Layers that hand on what they are given, always or in prediction alone."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.base import Layer

__all__ = ["Identity", "InferenceOnly", "PassingLayer"]


class PassingLayer(Layer):
    """A layer that hands on what it is given, at least in prediction."""


class Identity(PassingLayer):
    """All numbers as they are, in training, too.

    >>> Identity().output_shape((4, 4, 2))
    (4, 4, 2)
    """

    keras_arguments = ()


class InferenceOnly(PassingLayer):
    """A layer that hands numbers on in prediction, and changes them in training as cnncalc can't.

    >>> from cnncalc.layers import INFERENCE_ONLY_LAYERS
    >>> [kind.__name__ for kind in INFERENCE_ONLY_LAYERS][:2]
    ['RandomFlip', 'RandomRotation']
    """

    is_random: ClassVar[bool] = True
