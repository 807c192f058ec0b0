"""What the user may choose about every terminal view."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.errors import OptionError
from cnncalc.views.terminal.colors import require_color_map

__all__ = ["Display"]


@dataclass(frozen=True)
class Display:
    """How numbers and pictures are shown.

    Arguments: at most so many `decimals` (0 to 17); `full`, every number of every matrix; `colors`,
    the name of a colour map, or None for grey levels in pictures and, behind numbers, green, or
    blue-red where they have both signs; `significant`, so many digits of numbers below 1 instead
    of decimals; of a volume's slices `most_slices`, unless `full`.
    Raises OptionError for decimals out of range or an unknown colour map.

    >>> Display(decimals=2).full
    False
    """

    decimals: int = 4
    full: bool = False
    colors: str | None = None
    significant: bool = False
    most_slices: int = 32

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= 17:
            message = f"decimals must be 0 to 17. Received: decimals={self.decimals}"
            raise OptionError(message)
        if self.colors is not None:
            require_color_map(self.colors)
