"""How the images of a training were, so that a model can tell what is unlike all it has seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.ops.arrays import Array
from cnncalc.training.dataset import Dataset

__all__ = [
    "BYTES",
    "LearntImages",
    "Spread",
    "ValueRange",
    "a_few",
    "batches",
    "describe_images",
    "held_values",
    "value_range",
]


MOST_IMAGES = 1000
"""So many, evenly among all, tell how bright images are; more only take longer."""

AT_ONCE = 64  # images in memory

LEAST_DEVIATION = 0.05
"""Of brightness: where all images have a black border, one of a twentieth is nothing strange."""

CLEARLY = 16
"""By how much the squared distance of a negative from what was learnt must be smaller.

On the digits that cnncalc brings along it is 167 at least, on photos of cats and dogs 0 at most.
"""


class ValueRange(NamedTuple):
    """The values between which a kind of images lies: black and white, whatever one image holds."""

    least: float
    largest: float

    def __str__(self) -> str:
        return f"{self.least:g} to {self.largest:g}"

    def of_bytes(self, pixels: Array) -> Array:
        """Return pixels from 0 to 255 in this range, as float32.

        >>> ValueRange(-1, 1).of_bytes(np.array([0, 255])).tolist()
        [-1.0, 1.0]
        """
        scale = np.float32((self.largest - self.least) / BYTES.largest)
        result: Array = pixels.astype(np.float32) * scale + np.float32(self.least)
        return result


BYTES = ValueRange(0, 255)


class Spread(NamedTuple):
    """The mean and the standard deviation of a number that each image has."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class LearntImages:
    """How the images of a training were.

    `shape` is each one's (height, width, channels), `values` the range of their values.
    `brightness` is that of whole images and `border` that of their border, as shares of the range:
    0 for its least value, 1 for its largest.
    """

    shape: tuple[int, ...]
    values: ValueRange
    brightness: Spread
    border: Spread

    def are_of(self, shape: Sequence[int]) -> bool:
        """Say whether images of this shape are like these; grey ones may lack the last axis."""
        return tuple(shape) in (self.shape, self.shape[: 2 if self.shape[-1] == 1 else 3])

    def look_negative(self, images: Array, negatives: Array) -> NDArray[np.bool_]:
        """Say of which images the negative is far more like what was learnt than they are.

        Arguments: `images` (images, height, width, channels) in the range that was learnt, and
        their `negatives`. Returns (images,).
        """
        positive, negative = self._strangeness(images), self._strangeness(negatives)
        is_clear = positive - negative > CLEARLY
        result: NDArray[np.bool_] = is_clear & (negative < positive / 4)
        return result

    def _strangeness(self, images: Array) -> Array:
        """Return how far images are from the means: the sum of squares, in deviations."""
        distances = _brightness(images, self.values) - [self.brightness.mean, self.border.mean]
        deviations = [self.brightness.deviation, self.border.deviation]
        result: Array = ((distances / np.maximum(deviations, LEAST_DEVIATION)) ** 2).sum(axis=1)
        return result

    def after(self, before: LearntImages | None) -> LearntImages:
        """Return the same of a model that has learnt others before: these values, both spreads."""
        if before is None:
            return self
        return LearntImages(
            self.shape,
            self.values,
            _joined(before.brightness, self.brightness),
            _joined(before.border, self.border),
        )


def _joined(first: Spread, second: Spread) -> Spread:
    """Return the spread of as many images of the first kind as of the second."""
    between = ((first.mean - second.mean) / 2) ** 2
    within = (first.deviation**2 + second.deviation**2) / 2
    deviation = float(np.sqrt(within + between))
    return Spread(round((first.mean + second.mean) / 2, 6), round(deviation, 6))


def describe_images(dataset: Dataset, values: ValueRange | None = None) -> LearntImages:
    """Return how the images of a data set are.

    Arguments: the `dataset`; the range of its `values` where it is known, else it is found out.

    >>> from cnncalc.training.dataset import make_dataset
    >>> dark = make_dataset(np.array([[[[0.0]], [[0.5]]]]), np.array([0]), ["cat"])
    >>> described = describe_images(dark)
    >>> described.shape, str(described.values), described.brightness
    ((2, 1, 1), '0 to 1', Spread(mean=0.25, deviation=0.0))
    """
    values = values or value_range(dataset)
    few = [_brightness(images, values) for images in batches(a_few(dataset))]
    numbers = np.concatenate(few)
    means, deviations = numbers.mean(axis=0).tolist(), numbers.std(axis=0).tolist()
    brightness, border = (
        # Rounded, so that a sum's last bit, which is the machine's, doesn't make another file.
        Spread(round(mean, 6), round(deviation, 6))
        for mean, deviation in zip(means, deviations, strict=True)
    )
    return LearntImages(tuple(dataset.images.shape[1:]), values, brightness, border)


def a_few(dataset: Dataset, most: int = MOST_IMAGES) -> Dataset:
    """Return at most so many samples of a data set, evenly among all.

    >>> from cnncalc.training.dataset import make_dataset
    >>> a_few(make_dataset(np.ones((10, 1, 1, 1)), np.zeros(10), ["cat"]), 4).rows.tolist()
    [0, 3, 6, 9]
    """
    positions = np.linspace(0, len(dataset) - 1, min(len(dataset), most)).round()
    return dataset.part(positions.astype(np.intp))


def batches(dataset: Dataset) -> Iterator[Array]:
    """Yield the images of a data set, few at once: (images, height, width, channels)."""
    for start in range(0, len(dataset), AT_ONCE):
        yield dataset.batch(np.arange(start, min(start + AT_ONCE, len(dataset))))[0]


def value_range(dataset: Dataset) -> ValueRange:
    """Return the range that a data set's values are from.

    Photos in a file are bytes from 0 to 255 by their kind. Of other numbers it is the first of
    0 to 1, -1 to 1 and 0 to 255 that they fill for the most part, else their own.
    """
    if not isinstance(dataset.images, np.ndarray):
        return BYTES
    held = held_values(dataset)
    if held.least >= 0 and held.largest <= 1:
        return ValueRange(0, 1)
    for usual in (ValueRange(-1, 1), BYTES):
        inside = usual.least <= held.least and held.largest <= usual.largest
        if inside and max(-held.least, held.largest) > usual.largest / 2:
            return usual
    return ValueRange(min(held.least, 0), max(held.largest, 0))


def held_values(dataset: Dataset) -> ValueRange:
    """Return the least and the largest value of a data set."""
    bounds = [(images.min(), images.max()) for images in batches(dataset)]
    return ValueRange(float(min(low for low, _ in bounds)), float(max(high for _, high in bounds)))


def _brightness(images: Array, values: ValueRange) -> Array:
    """Return how bright each image is, and its border: (images, 2), shares of the range."""
    height, width = images.shape[1:3]
    images = images.reshape(len(images), height, width, -1)  # grey ones may lack the last axis
    thick = max(1, min(height, width) // 16)
    inner = images[:, thick : height - thick, thick : width - thick]
    whole, within = (part.sum(axis=(1, 2, 3), dtype=np.float64) for part in (images, inner))
    count, inside = (part[0].size for part in (images, inner))
    means = np.stack([whole / count, (whole - within) / (count - inside)], axis=1)
    result: Array = (means - values.least) / (values.largest - values.least)
    return result
