"""What a drawing must know about the screen it goes to, and the renderable that tells it.

Drawings are functions that take a `Screen` and yield lines. rich says what the screen is like at
the moment of printing, so that one renderable suits a terminal, a file and an exported page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import isnan

from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions
from rich.style import Style
from rich.text import Text

from cnncalc.errors import OptionError
from cnncalc.views.numbers import format_number
from cnncalc.views.spelling import SPELLINGS
from cnncalc.views.terminal.colors import require_color_map

__all__ = ["EMPTY", "FAINT", "HALF_BLOCK", "Display", "Drawing", "Screen"]

FAINT = Style(dim=True)
EMPTY = "·"
HALF_BLOCK = "▀"
LEAST_WIDTH = 20

_COLOR_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}
# With 16 colours a photo would be blots.
_PICTURE_SYSTEMS = {ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR}


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


@dataclass(frozen=True)
class Screen:
    """Where a drawing goes and how the user wants it.

    `width` and `height` are in characters; `colors` is None where there are none.
    """

    width: int
    height: int
    colors: ColorSystem | None
    encoding: str
    display: Display

    @classmethod
    def of(cls, console: Console, options: ConsoleOptions, display: Display) -> Screen:
        """Ask rich's console what it writes to; a narrower one than `LEAST_WIDTH` may wrap."""
        system = None if console.no_color else _COLOR_SYSTEMS.get(console.color_system or "")
        width = max(LEAST_WIDTH, options.max_width)
        return cls(width, options.size.height, system, options.encoding, display)

    @property
    def has_pixels(self) -> bool:
        """Whether pictures can be drawn: there are colours enough and the half block."""
        return self.colors in _PICTURE_SYSTEMS and self.can_show(HALF_BLOCK)

    def narrowed(self, columns: int) -> Screen:
        """Return the same screen with fewer columns."""
        return replace(self, width=max(1, self.width - columns))

    def can_show(self, text: str) -> bool:
        """Tell whether the screen's encoding has every character of a text."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def spell(self, text: str) -> str:
        """Return a text with every character that the screen can't show replaced."""
        if self.can_show(text):
            return text
        return "".join(
            letter if self.can_show(letter) else SPELLINGS.get(letter, "?") for letter in text
        )

    def number(self, value: float) -> str:
        """Return the text of a number, or the sign of an empty cell."""
        return self.spell(EMPTY) if isnan(value) else self._text(value)

    def shown(self, value: float) -> float:
        """Return what the text of a number says: the value as it is rounded there."""
        return value if isnan(value) else float(self._text(value))

    def _text(self, value: float) -> str:
        return format_number(value, self.display.decimals, significant=self.display.significant)

    def line(self, text: str = "", style: str | Style = "") -> Text:
        """Return one line of text that is never wrapped."""
        line = Text(no_wrap=True, overflow="ignore", end="")
        # Appended, so that the style ends where the text ends and not where the line does.
        return line.append(self.spell(text), style)

    def sentences(self, text: str, style: str | Style = "") -> Iterator[Text]:
        """Yield a text in as many lines as it needs."""
        for line in textwrap.wrap(
            self.spell(text), max(LEAST_WIDTH, self.width), break_long_words=False
        ):
            yield self.line(line, style)


@dataclass(frozen=True)
class Drawing:
    """A renderable that draws itself, line by line, once it knows the screen."""

    display: Display
    draw: Callable[[Screen], Iterable[Text]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        screen = Screen.of(console, options, self.display)
        for line in self.draw(screen):
            if screen.colors is None:
                line.rstrip()
            line.end = "\n"
            yield line
