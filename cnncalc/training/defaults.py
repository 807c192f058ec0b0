"""What is trained, and how, where nothing else is said."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from cnncalc.layers import (
    BatchNormalization,
    Conv2D,
    ConvolutionLayer,
    Dense,
    Dropout,
    Flatten,
    InputLayer,
    Layer,
    MaxPooling2D,
    Rescaling,
)

__all__ = ["ARTICLE", "DIGITS", "Defaults", "rescaled", "scales_pixels"]


@dataclass(frozen=True)
class Defaults:
    """A network that ends in a Dense layer of one unit a class, and how it is trained."""

    features: tuple[Layer, ...]
    epochs: int
    batch_size: int
    learning_rate: float

    def layers(self, classes: int) -> tuple[Layer, ...]:
        """Return the layers for so many classes.

        >>> ARTICLE.layers(2)[-1].units
        2
        """
        return (*self.features, Flatten(), Dense(classes, activation="softmax"))


ARTICLE = Defaults(
    (Conv2D(10, 5, activation="relu"), MaxPooling2D(2)),
    epochs=5,
    batch_size=128,
    learning_rate=0.001,
)
"""The article's network for photos of cats and dogs, and its hyperparameters."""

DIGITS = Defaults(
    (
        Conv2D(32, 3, padding="same", activation="relu"),
        Conv2D(32, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Dropout(0.5),
    ),
    epochs=20,
    batch_size=32,
    learning_rate=0.002,
)
"""What suits the handwritten digits of 8×8 that cnncalc brings along."""


def rescaled(layers: tuple[Layer, ...], scale: float) -> tuple[Layer, ...]:
    """Return layers that multiply each pixel by a scale before anything else is done.

    They stay as they are where the scale is 1, or they scale pixels already.

    >>> [type(layer).__name__ for layer in rescaled((Flatten(),), 0.5)]
    ['Rescaling', 'Flatten']
    """
    start = 1 if layers and isinstance(layers[0], InputLayer) else 0
    if scale == 1 or scales_pixels(layers):
        return layers
    return (*layers[:start], Rescaling(scale), *layers[start:])


def scales_pixels(layers: tuple[Layer, ...]) -> bool:
    """Say whether pixels are scaled before any layer with weights sees them.

    >>> scales_pixels((Flatten(), Rescaling(0.5))), scales_pixels((Dense(2), Rescaling(0.5)))
    (True, False)
    """
    weighted = (ConvolutionLayer, Dense, BatchNormalization)
    before = takewhile(lambda layer: not isinstance(layer, weighted), layers)
    return any(isinstance(layer, Rescaling) for layer in before)
