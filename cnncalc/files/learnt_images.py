"""What a `.keras` file keeps of the images that its model learnt: an entry of cnncalc's metadata.

Keras passes over it, and leaves it out of what it writes itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from cnncalc.training.learnt_images import LearntImages, Spread, ValueRange

__all__ = ["IMAGES", "learnt_metadata", "read_learnt"]

IMAGES = "images"
"""Where cnncalc's metadata tell of the images that were learnt."""


def learnt_metadata(learnt: LearntImages) -> dict[str, Any]:
    """Return what is kept, as JSON has it.

    >>> seen = LearntImages((8, 8, 1), ValueRange(0, 16), Spread(0.3, 0.03), Spread(0.2, 0.05))
    >>> read_learnt(learnt_metadata(seen)) == seen
    True
    """
    return {
        "shape": list(learnt.shape),
        "values": learnt.values._asdict(),
        "brightness": learnt.brightness._asdict(),
        "border_brightness": learnt.border._asdict(),
    }


def read_learnt(stored: object) -> LearntImages | None:
    """Return what was kept, None where nothing was, or what is no such thing."""
    try:
        shape, values, brightness, border = (
            stored[name]  # type: ignore[index]  # whatever it is, it is tried
            for name in ("shape", "values", "brightness", "border_brightness")
        )
        learnt = LearntImages(
            tuple(shape),
            ValueRange(**_numbers(values)),
            Spread(**_numbers(brightness)),
            Spread(**_numbers(border)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    return learnt if learnt.values.least < learnt.values.largest else None


def _numbers(stored: Mapping[str, Any]) -> dict[str, float]:
    numbers = {name: float(value) for name, value in stored.items()}
    if not all(map(isfinite, numbers.values())):
        raise ValueError(stored)
    return numbers
