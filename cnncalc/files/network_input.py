"""An image as a network takes it: photos made to fit, grids of numbers as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncalc.errors import OptionError, ShapeError
from cnncalc.files.paths import quoted
from cnncalc.files.pixels import CHANNELS, IMAGE_ENDINGS, PixelInput, require_float32
from cnncalc.files.source import is_pillow, read_input
from cnncalc.layers import Shape
from cnncalc.network import image_shape
from cnncalc.ops.arrays import Array
from cnncalc.shapes import Size
from cnncalc.training.learnt_images import BYTES, LearntImages, ValueRange
from cnncalc.training.unseen import Difference, image_differences, resizing, scaling

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = ["NetworkInput", "is_photo", "read_network_input", "require_range"]


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """An image (height, width, channels) in float32, and how it differs from those learnt."""

    values: Array
    differences: tuple[Difference, ...]


def read_network_input(
    source: Any,  # noqa: ANN401 (anything that `read_input` takes)
    input_shape: Shape,
    fit: Fit = "stretch",
    learnt: LearntImages | None = None,
    *,
    raw: bool = False,
    invert: bool = False,
) -> NetworkInput:
    """Read an image for a network.

    Arguments: the `source`, anything that `read_input` takes, or what was read already; the
    network's `input_shape`, (height, width, channels), or (height, width) for grey; how photos are
    made to `fit` it, as they were for training; what is known of the images `learnt`, to whose
    range photos are brought, unless they are to stay `raw`; `invert`, to take the negative.
    Raises InputError where it can't be read, ShapeError where a grid has another size, OptionError
    where the negative of a grid is wanted, and it is not known of which range it is.
    """
    shape = image_shape(input_shape)
    pixels = _pixels(source, shape[2]) if shape[2] in CHANNELS else None
    if pixels is not None:
        given = _photo(pixels, shape, fit, learnt, raw=raw, invert=invert)
    else:
        given = _grid(source, shape, learnt, invert=invert)
    return replace(given, values=given.values.reshape(input_shape))


def is_photo(source: Any) -> bool:  # noqa: ANN401 (anything that `read_input` takes)
    """Say whether a source is an image file, or a Pillow image, of levels from 0 to 255."""
    if not is_pillow(source):
        if not _is_image_file(source):
            return False
        source = Path(source)
    from cnncalc.files.images import holds_numbers  # noqa: PLC0415 (Pillow)

    return not holds_numbers(source)


def _is_image_file(source: object) -> bool:
    return isinstance(source, str | Path) and Path(source).suffix.lower() in IMAGE_ENDINGS


def _pixels(source: Any, channels: int) -> Array | None:  # noqa: ANN401 (as `read_input`)
    """Return a photo's levels in bytes, None for what is no photo."""
    if _is_image_file(source):
        from cnncalc.files.photos import decode_photo, plain_photo  # noqa: PLC0415 (Pillow)

        # Most are plain, and opened once.
        plain = plain_photo(Path(source), channels)
        if plain is not None:
            return plain
        return decode_photo(Path(source), channels) if is_photo(source) else None
    if not is_photo(source):
        return None
    image = read_input(source, channels=CHANNELS[channels])
    return np.rint(image.values).astype(np.uint8)


def _photo(
    pixels: Array,
    input_shape: Shape,
    fit: Fit,
    learnt: LearntImages | None,
    *,
    raw: bool,
    invert: bool,
) -> NetworkInput:
    from cnncalc.files.photos import PhotoShape, fit_photo  # noqa: PLC0415 (Pillow)

    height, width, channels = input_shape
    resized = resizing(Size(*pixels.shape[:2]), Size(height, width), fit)
    found = () if resized is None else (resized,)
    if invert:
        pixels = 255 - pixels
    shape = PhotoShape(height, width, channels, fit)
    values = fit_photo(pixels, shape).astype(np.float32)
    if learnt is None or (raw and learnt.values != BYTES):
        return NetworkInput(values, (*found, *image_differences(learnt, values)))
    negative = fit_photo(255 - pixels, shape).astype(np.float32)
    if learnt.values != BYTES:
        found = (*found, scaling(learnt.values, float(pixels.max())))
        values, negative = (learnt.values.of_bytes(levels) for levels in (values, negative))
    found = (*found, *image_differences(learnt, values, negative, in_range=True))
    return NetworkInput(values, found)


def _grid(
    source: Any,  # noqa: ANN401 (anything that `read_input` takes)
    input_shape: Shape,
    learnt: LearntImages | None,
    *,
    invert: bool,
) -> NetworkInput:
    if isinstance(source, PixelInput):
        values, name = source.values, source.name
    else:
        values = read_input(source, channels=CHANNELS.get(input_shape[2], "as-is")).values
        name = str(source) if isinstance(source, str | Path) else "image"
    if values.shape != tuple(input_shape):
        message = (
            f"{quoted(name)} must have the network's input shape {tuple(input_shape)}. "
            f"Received: {values.shape}"
        )
        raise ShapeError(message)
    if invert:
        values = sum(require_range(learnt, name)) - values
    require_float32(values, quoted(Path(name)))
    return NetworkInput(values.astype(np.float32), image_differences(learnt, values))


def require_range(learnt: LearntImages | None, source: str) -> ValueRange:
    """Return the range of the images learnt, in which a grid's negative is.

    Raises OptionError where nothing is known of it, naming the `source` of the grid.
    """
    if learnt is None:
        message = (
            "--invert needs the range of the values that the model learnt, which its file doesn't "
            f"say; image files are 0 to 255. Received: the numbers of {quoted(source)}"
        )
        raise OptionError(message)
    return learnt.values
