"""Which scenes a film shows, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from cnncalc.errors import OptionError, received
from cnncalc.views.colors import Theme

__all__ = ["DEFAULT_SPEED", "DEFAULT_WIDTH", "MOST_MOMENTS", "FilmLook", "Take", "make_takes"]

DEFAULT_WIDTH, LEAST_WIDTH, MOST_WIDTH = 960, 240, 3840
# A GIF counts hundredths of a second, and viewers slow down what is faster than two of them.
DEFAULT_SPEED, LEAST_SPEED, MOST_SPEED = 4.0, 0.1, 50.0

# What is longer is thinned: nobody looks at a thousand windows, and no mail takes the file.
MOST_MOMENTS = 240
# The whole stays so long before the play and after it.
WHOLE_BEFORE, WHOLE_AFTER = 2000, 3000


@dataclass(frozen=True)
class FilmLook:
    """How a film looks: its `width` in pixels, its `speed` in scenes a second, its `theme`.

    Raises OptionError for a width or a speed out of range, or an unknown theme.

    >>> FilmLook().width
    960
    """

    width: int = DEFAULT_WIDTH
    speed: float = DEFAULT_SPEED
    theme: Theme = "light"

    def __post_init__(self) -> None:
        themes = get_args(Theme)
        if type(self.width) is not int or not LEAST_WIDTH <= self.width <= MOST_WIDTH:
            wanted = f"a film's width must be {LEAST_WIDTH} to {MOST_WIDTH} pixels"
            message = f"{wanted}. Received: width={received(self.width)}"
        elif not _is_real(self.speed) or not LEAST_SPEED <= self.speed <= MOST_SPEED:
            wanted = f"a film's speed must be {LEAST_SPEED} to {MOST_SPEED:g} scenes a second"
            message = f"{wanted}. Received: speed={received(self.speed)}"
        elif self.theme not in themes:
            wanted = f"a film's theme must be one of {', '.join(themes)}"
            message = f"{wanted}. Received: theme={received(self.theme)}"
        else:
            return
        raise OptionError(message)


def _is_real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Take:
    """A frame's `moment`, by its place in the play, None for the whole; how long it stays."""

    moment: int | None
    milliseconds: int


def make_takes(count: int, speed: float) -> tuple[Take, ...]:
    """Return what a film shows: the whole, the play, the whole again.

    Arguments: the `count` of moments; the `speed`, so many a second. Where there are more than
    `MOST_MOMENTS`, they are thinned evenly; the first and the last one stay.

    >>> [(take.moment, take.milliseconds) for take in make_takes(2, 4)]
    [(None, 2000), (0, 250), (1, 250), (None, 3000)]
    """
    milliseconds = round(100 / speed) * 10
    shown = min(count, MOST_MOMENTS)
    places = [round(number * (count - 1) / max(1, shown - 1)) for number in range(shown)]
    play = (Take(place, milliseconds) for place in places)
    return (Take(None, WHOLE_BEFORE), *play, Take(None, WHOLE_AFTER))
