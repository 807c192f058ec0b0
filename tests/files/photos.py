"""Photos made for a test: smooth, so that JPEG changes them little, and each a little different."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def pixels(height=12, width=9, shift=0, channels=3):
    """Return a slanted gradient (height, width, channels) of bytes."""
    rows, columns = np.mgrid[0:height, 0:width]
    layers = [5 * rows + 7 * columns + 40 * channel + 3 * shift for channel in range(channels)]
    return (np.stack(layers, axis=-1) % 256).astype(np.uint8)


def save(path: Path, array=None, **options) -> Path:
    """Save an array as an image, in the format of the path's ending."""
    array = pixels() if array is None else array
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(path, **options)
    return path


def save_classes(folder: Path, count=3, names=("cats", "dogs"), ending=".png") -> Path:
    """Save `count` photos a class, each in a folder of its name."""
    for label, name in enumerate(names):
        for number in range(count):
            save(folder / name / f"{name}{number}{ending}", pixels(shift=10 * label + number))
    return folder
