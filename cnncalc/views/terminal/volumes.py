"""A volume (height, width, channels) and what its slices are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnncalc.layers import Concatenate, Layer, Shape
from cnncalc.network import Array
from cnncalc.rules import law_of
from cnncalc.rules.directions import Copies
from cnncalc.shapes import Pads
from cnncalc.views.colors import ColorScale
from cnncalc.views.terminal.matrix import NO_PADS, Matrix

__all__ = ["Volume", "channel_labels", "output_labels"]

RGB = ("red", "green", "blue")


@dataclass(frozen=True, eq=False)
class Volume:
    """Values (height, width, channels), a label for each channel, and what is padding in them.

    `scale` is that of the stage that they are: one for all channels.

    `is_image` says that the values are pixels: three channels are then shown in colour.
    """

    values: Array
    labels: Sequence[str]
    scale: ColorScale
    pads: Pads = NO_PADS
    is_image: bool = False
    indexed: bool = True

    @property
    def size(self) -> tuple[int, int]:
        """The (height, width)."""
        return int(self.values.shape[0]), int(self.values.shape[1])

    @property
    def depth(self) -> int:
        """The number of channels."""
        return int(self.values.shape[2])

    @property
    def in_color(self) -> bool:
        """Whether the channels are the red, green and blue of one picture."""
        return self.is_image and self.depth == len(RGB)

    def matrix(self, channel: int) -> Matrix:
        """Return one slice."""
        return Matrix(self.values[:, :, channel], self.pads, indexed=self.indexed, scale=self.scale)


def channel_labels(channels: int, *, is_image: bool = False) -> tuple[str, ...]:
    """Label each channel, with its colour in an image; a single one needs no label.

    >>> channel_labels(3, is_image=True)[0]
    'channel 0 of 3 (red)'
    """
    if channels == 1:
        return ("",)
    names = [f"channel {index} of {channels}" for index in range(channels)]
    if is_image and channels == len(RGB):
        names = [f"{name} ({color})" for name, color in zip(names, RGB, strict=True)]
    return tuple(names)


def output_labels(layer: Layer, input_shape: Shape, taken: Sequence[Shape] = ()) -> tuple[str, ...]:
    """Label each channel of a layer's output: a convolution's by the filter that made it.

    Both count from 0, as positions and the workbook do: filter 1 makes channel 1. Where the shapes
    are known of the results `taken`, a concatenation's channels tell which of these they are of.

    >>> from cnncalc.layers import Concatenate, Conv2D
    >>> output_labels(Conv2D(2, 3), (5, 5, 1))
    ('filter 0 of 2', 'filter 1 of 2')
    >>> output_labels(Concatenate(inputs=("a", "b")), (5, 5, 2), [(5, 5, 1), (5, 5, 1)])
    ('channel 0 of 2 (from a)', 'channel 1 of 2 (from b)')
    """
    channels = layer.output_shape(input_shape)[-1]
    labels = channel_labels(channels)
    if isinstance(layer, Concatenate) and taken:
        named = zip(layer.inputs, taken, strict=True)
        origins = [origin for name, shape in named for origin in _origins(name, shape[-1])]
        return tuple(f"{label} ({origin})" for label, origin in zip(labels, origins, strict=True))
    if channels == 1 or not layer.has_filters:
        return labels
    wires = law_of(layer, input_shape).directions[-1]
    if isinstance(wires, Copies):
        return tuple(
            f"{label} (from channel {tap.at})"
            for i, label in enumerate(labels)
            for tap in wires.sees(i)
        )
    return tuple(f"filter {i} of {channels}" for i in range(channels))


def _origins(name: str, channels: int) -> list[str]:
    """Say from where each channel of a result is taken."""
    if channels == 1:
        return [f"from {name}"]
    return [f"from {name}, channel {index}" for index in range(channels)]
