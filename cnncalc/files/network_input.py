"""An image as a network takes it: photos made to fit, grids of numbers as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import ShapeError
from cnncalc.files.paths import quoted
from cnncalc.files.source import read_input
from cnncalc.layers import Shape
from cnncalc.network import image_shape

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = ["read_network_input"]

_PHOTO_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")


def read_network_input(source: str, input_shape: Shape, fit: Fit = "stretch") -> NDArray[Any]:
    """Read an image for a network.

    Arguments: the `source`, anything that `read_input` takes; the network's `input_shape`, (height,
    width, channels), or (height, width) for grey; how photos are made to `fit` it, as they were for
    training.
    Returns float32 of the input's shape.
    Raises InputError where it can't be read, ShapeError where a grid has another size.
    """
    height, width, channels = image_shape(input_shape)
    if Path(source).suffix.lower() in _PHOTO_ENDINGS and channels in (1, 3):
        from cnncalc.files.photos import PhotoShape, read_photo  # noqa: PLC0415 (Pillow)

        photo = read_photo(Path(source), PhotoShape(height, width, channels, fit))
        return photo.astype(np.float32).reshape(input_shape)
    values = read_input(source).values
    if values.shape != (height, width, channels):
        message = (
            f"{quoted(source)} must have the network's input shape {tuple(input_shape)}. "
            f"Received: {values.shape}"
        )
        raise ShapeError(message)
    return values.astype(np.float32).reshape(input_shape)
