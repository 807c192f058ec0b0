"""The package's types of arrays, and the check that every sliding window starts with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import OptionError, ShapeError
from cnncalc.geometry import Geometry

__all__ = ["Array", "Positions", "require_batch", "require_images"]

Array = NDArray[Any]
Positions = NDArray[np.intp]


def require_images(images: Array, geometry: Geometry) -> None:
    """Raise unless `images` are a floating-point batch of the size the geometry was made for.

    Arguments: `images` (batch, height, width, channels); the `geometry` of the window.
    Raises OptionError for another type than floating point, which could overflow unseen, and
    ShapeError for another shape.
    """
    require_batch(images)
    if images.shape[1:3] != geometry.input:
        height, width = geometry.input
        message = (
            f"images must have the (height, width) that the window was laid out for, "
            f"({height}, {width}). Received: images.shape={images.shape}"
        )
        raise ShapeError(message)


def require_batch(images: Array) -> None:
    """Raise unless `images` are floating point, (batch, height, width, channels).

    Raises OptionError for another type, ShapeError for another number of dimensions.
    """
    if not np.issubdtype(images.dtype, np.floating):
        message = f"images must be floating point. Received: images.dtype={images.dtype}"
        raise OptionError(message)
    if images.ndim != 4:
        message = (
            "images must have the shape (batch, height, width, channels). "
            f"Received: images.shape={images.shape}"
        )
        raise ShapeError(message)
