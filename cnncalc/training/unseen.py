"""In which ways images are unlike those that a model has learnt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.shapes import Size
from cnncalc.training.dataset import Dataset, ImageSource
from cnncalc.training.learnt_images import (
    LearntImages,
    ValueRange,
    a_few,
    batches,
    held_values,
)

__all__ = [
    "Difference",
    "brought",
    "data_differences",
    "image_differences",
    "negated",
    "range_difference",
    "resized_text",
    "resizing",
    "scaling",
    "summed_up",
]


MUCH = 2
"""From this factor on an image that was resized looks another."""

OTHER_ASPECT = 1.5

SHARE = 0.1
"""Of a range: what lies beyond it by so much, or fills so little of it, is of another.

Of a data set: where so many of its images are the negative of what was learnt, it is said.
"""

_NEGATIVE = "the negative of what the model learnt, dark where that is bright"


@dataclass(frozen=True)
class Difference:
    """One way in which an image is not like those that were learnt, and a sentence on it.

    "resized" by much; "scaled" to the range that was learnt; of another "range", and left so;
    "negative", dark where those that were learnt are bright.
    """

    kind: Literal["resized", "scaled", "range", "negative"]
    text: str

    @property
    def is_warning(self) -> bool:
        """Say whether the prediction is hardly of use."""
        return self.kind in ("range", "negative")


def resizing(before: Size, after: Size, fit: str) -> Difference | None:
    """Say that an image was resized by much, None where it was not.

    >>> resizing(Size(80, 80), Size(8, 8), "stretch").text
    'resized from 80×80 to 8×8'
    """
    height, width = before.height / after.height, before.width / after.width
    # What is cropped or padded keeps its aspect: both sides are resized alike.
    factors = {"stretch": (height, width), "crop": (min(height, width),)}
    resized = factors.get(fit, (max(height, width),))
    most = max(max(factor, 1 / factor) for factor in resized)
    if most < MUCH and not _has_other_aspect(before, after):
        return None
    return Difference("resized", resized_text(before, after, fit))


def resized_text(before: Size, after: Size, fit: str) -> str:
    """Say from which size to which an image was resized, by however little.

    >>> resized_text(Size(8, 12), Size(8, 8), "crop")
    'resized from 8×12 to 8×8, and cropped'
    """
    how = {"stretch": "stretched to another aspect", "crop": "cropped", "pad": "padded"}[fit]
    sizes = f"{before.height}×{before.width} to {after.height}×{after.width}"
    return f"resized from {sizes}" + (f", and {how}" if _has_other_aspect(before, after) else "")


def _has_other_aspect(before: Size, after: Size) -> bool:
    height, width = before.height / after.height, before.width / after.width
    return max(height / width, width / height) >= OTHER_ASPECT


def scaling(values: ValueRange, largest: float) -> Difference:
    """Say that the values of image files were brought to those that were learnt.

    Arguments: the range that was learnt; the `largest` value in the files.
    """
    text = f"0 to 255 was brought to {values}, which the model learnt"
    if 0 < largest <= values.largest:
        text += f", though no value is above {largest:g}"
    return Difference("scaled", text)


def brought(dataset: Dataset, values: ValueRange) -> Dataset:
    """Return a data set of photos, bytes, with its images in another range, as float32.

    >>> from cnncalc.training.dataset import make_dataset
    >>> dataset = make_dataset(np.array([[[[0]], [[255]]]], np.uint8), np.array([0]), ["cat"])
    >>> brought(dataset, ValueRange(-1, 1)).batch(np.array([0]))[0].ravel().tolist()
    [-1.0, 1.0]
    """
    return replace(dataset, images=_ChangedImages(dataset.images, values.of_bytes, str(values)))


def negated(dataset: Dataset, values: ValueRange) -> Dataset:
    """Return a data set with the negatives of its images in their range, as float32."""
    negative = partial(np.subtract, np.float32(sum(values)), dtype=np.float32)
    return replace(dataset, images=_ChangedImages(dataset.images, negative, f"not {values}"))


class _ChangedImages:
    """A stack of images whose values are changed as they are read, `how` being told in words."""

    def __init__(self, images: ImageSource, change: Callable[[Array], Array], how: str) -> None:
        self._images, self._change, self._how = images, change, how

    @property
    def digest(self) -> str:
        """What tells one content from another."""
        images = self._images
        digest = hashlib.blake2b(self._how.encode(), digest_size=16)
        if isinstance(images, np.ndarray):
            digest.update(np.ascontiguousarray(images).data)
        else:
            digest.update(images.digest.encode())
        return digest.hexdigest()

    @property
    def shape(self) -> tuple[int, ...]:
        """The (images, height, width, channels)."""
        return self._images.shape

    def __getitem__(self, rows: Array, /) -> Array:
        return self._change(self._images[rows])


def range_difference(held: ValueRange, learnt: ValueRange) -> Difference | None:
    """Say that numbers are of another range than what was learnt, None where they are not.

    >>> range_difference(ValueRange(0, 255), ValueRange(0, 16)).text
    'holds 0 to 255, the model learnt 0 to 16; the numbers are taken as they are'
    """
    room = SHARE * (learnt.largest - learnt.least)
    beyond = held.least < learnt.least - room or held.largest > learnt.largest + room
    tiny = held.least < held.largest and max(-held.least, held.largest) <= learnt.least + room
    if not beyond and not tiny:
        return None
    text = f"holds {held}, the model learnt {learnt}; the numbers are taken as they are"
    return Difference("range", text)


def image_differences(
    learnt: LearntImages | None,
    image: Array,
    negative: Array | None = None,
    *,
    in_range: bool = False,
) -> tuple[Difference, ...]:
    """Say in what an image's numbers, as the network takes them, differ from those learnt.

    Arguments: what was `learnt`, None where nothing is known of it; the `image` (height, width,
    channels); its `negative` likewise, None for the plain one in the range that was learnt;
    `in_range`, whether it is in that range by its kind, whatever values it holds.
    """
    if learnt is None or not learnt.are_of(image.shape):
        return ()
    held = ValueRange(float(image.min()), float(image.max()))
    other_range = None if in_range else range_difference(held, learnt.values)
    if other_range is not None:
        return (other_range,)
    if negative is None:
        negative = sum(learnt.values) - image
    if learnt.look_negative(image[np.newaxis], negative[np.newaxis])[0]:
        return (Difference("negative", f"looks like {_NEGATIVE}"),)
    return ()


def data_differences(
    learnt: LearntImages | None, dataset: Dataset, *, in_range: bool = False
) -> tuple[Difference, ...]:
    """Say in what a data set's numbers differ from those learnt; as `image_differences`."""
    if learnt is None or not learnt.are_of(dataset.input_shape):
        return ()
    some = a_few(dataset)
    whole = dataset if isinstance(dataset.images, np.ndarray) else some
    other_range = None if in_range else range_difference(held_values(whole), learnt.values)
    if other_range is not None:
        return (replace(other_range, text=f"the data {other_range.text}"),)
    looks = [
        learnt.look_negative(images, sum(learnt.values) - images.astype(np.float32))
        for images in batches(some)
    ]
    negative = np.concatenate(looks)
    count = int(negative.sum())
    if count < SHARE * len(some):
        return ()
    name = some.name(int(negative.argmax()))
    text = f"{count:,} of {len(some):,} images, such as {name}, look like {_NEGATIVE}"
    return (Difference("negative", text),)


def summed_up(found: Sequence[tuple[str, Difference]], count: int) -> tuple[Difference, ...]:
    """Return one difference of each kind for all images together.

    Arguments: the differences, each with its image's name; how many images there are.

    >>> small = Difference("resized", "resized from 4×4 to 8×8")
    >>> summed_up([("a.png", small), ("b.png", small)], 3)[0].text
    '2 of 3 images, such as a.png: resized from 4×4 to 8×8'
    """
    kinds: dict[str, list[tuple[str, Difference]]] = {}
    for name, difference in found:
        kinds.setdefault(difference.kind, []).append((name, difference))
    return tuple(
        replace(same[0][1], text=f"{_some(len(same), count)}{same[0][0]}: {same[0][1].text}")
        for same in kinds.values()
    )


def _some(part: int, count: int) -> str:
    return f"{part:,} of {count:,} images, such as " if part > 1 else ""
