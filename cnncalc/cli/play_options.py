"""`--play` and its speed: what can be asked for. What plays is in `playing`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import Decorator, DisplayOptions, OutputOptions, bundled
from cnncalc.errors import OptionError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["DEFAULT_SPEED", "PlayOptions", "play_console", "play_options"]

DEFAULT_SPEED, LEAST_SPEED, MOST_SPEED = 4.0, 0.1, 50.0


@dataclass(frozen=True)
class PlayOptions:
    """Whether a calculation plays, and at which `speed`, in steps a second."""

    play: bool
    speed: float | None

    def require(self, look: DisplayOptions, target: OutputOptions, instead: str) -> None:
        """Raise OptionError where nothing can play: on no terminal, or with another form asked for.

        Arguments: the other options; what prints the same `instead`.
        """
        if not self.play:
            if self.speed is not None:
                message = "--speed is that of --play. Received: --speed without --play"
                raise OptionError(message)
            return
        if look.form != "table" or target.output is not None:
            given = f"--format {look.form}" if look.form != "table" else "-o FILE"
            message = "--play draws on the terminal; animate -o FILE.gif writes a film. "
            raise OptionError(message + f"Received: {given} as well")
        if self.speed is not None and not LEAST_SPEED <= self.speed <= MOST_SPEED:
            message = f"--speed must be {LEAST_SPEED} to {MOST_SPEED:g} steps a second. "
            raise OptionError(message + f"Received: {self.speed:g}")
        is_dumb = play_console().is_dumb_terminal
        if is_dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
            message = "--play needs a terminal that it can draw on and read keys from; "
            raise OptionError(message + f"{instead}. Received: standard input or output is none")


play_options: Decorator = bundled(
    "playing",
    PlayOptions,
    click.option(
        "--play",
        is_flag=True,
        help="Play it: space pauses, arrows step, q leaves.",
    ),
    click.option(
        "--speed", type=float, metavar="N", help="Of --play: steps a second.  [default: 4]"
    ),
)


def play_console() -> Console:
    """Return the console that a calculation plays on."""
    from rich.console import Console

    return Console(highlight=False)
