"""Which scenes a film shows, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnncalc.errors import OptionError
from cnncalc.sheet.scenes import Scene

__all__ = ["MOST_SCENES", "Take", "make_takes"]

# What is longer is thinned: nobody looks at a thousand windows, and no mail takes the file.
MOST_SCENES = 240
# The whole stays so long before the play and after it.
WHOLE_BEFORE, WHOLE_AFTER = 2000, 3000
# A GIF counts hundredths of a second, and viewers slow down what is faster than two of them.
LEAST_SPEED, MOST_SPEED = 0.1, 50.0


@dataclass(frozen=True)
class Take:
    """A frame's `scene`, by its place in the play, None for the whole; how long it stays."""

    scene: int | None
    milliseconds: int


def make_takes(scenes: Sequence[Scene], speed: float) -> tuple[Take, ...]:
    """Return what a film shows: the whole, the play, the whole again.

    Arguments: all `scenes`; the `speed` in scenes a second, 0.1 to 50. Where there are more than
    `MOST_SCENES`, evenly many are left out, and the first and the last one stay.
    Raises OptionError for another speed.

    >>> [take.milliseconds for take in make_takes([Scene(1, (1,), 0, 0, True)], 4)]
    [2000, 250, 3000]
    """
    if not LEAST_SPEED <= speed <= MOST_SPEED:
        message = f"the speed must be {LEAST_SPEED} to {MOST_SPEED:g} scenes a second. "
        raise OptionError(message + f"Received: {speed:g}")
    each = round(100 / speed) * 10
    last = len(scenes) - 1
    shown = min(len(scenes), MOST_SCENES)
    places = [round(number * last / max(1, shown - 1)) for number in range(shown)]
    play = (Take(place, each) for place in places)
    return (Take(None, WHOLE_BEFORE), *play, Take(None, WHOLE_AFTER))
