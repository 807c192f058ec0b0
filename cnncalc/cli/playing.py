"""`--play`: a calculation that plays on the terminal, its keys, and how fast it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from time import monotonic
from typing import TYPE_CHECKING

from cnncalc.cli.play_options import DEFAULT_SPEED, PlayOptions, play_console
from cnncalc.cli.streams import say_remarks
from cnncalc.errors import OptionError
from cnncalc.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.text import Text

    from cnncalc.cli.keys import Key, ReadKey
    from cnncalc.views.terminal import Display
    from cnncalc.views.terminal.playing import Play
    from cnncalc.views.terminal.screen import Drawing, Screen

__all__ = ["Playhead", "foot_line", "play_trace"]

# While it is paused, so often it is seen whether the terminal has another size.
GLANCE = 0.5
# Each is a slice of its own: of more it takes minutes until anything is seen.
MOST_KERNELS = 300_000


@dataclass(frozen=True)
class Playhead:
    """Which of `count` moments is shown, and whether it stays."""

    place: int
    count: int
    is_paused: bool = False

    @property
    def is_last(self) -> bool:
        """Whether there is nothing after it."""
        return self.place == self.count - 1

    def onwards(self) -> Playhead:
        """Return what comes when no key is pressed: the next moment, unless it stays."""
        return self if self.is_paused else self._moved(1)

    def pressed(self, key: Key) -> Playhead:
        """Return what comes of a key: arrows step and pause, space goes on, or begins anew."""
        match key.value:
            case "back":
                return replace(self._moved(-1), is_paused=True)
            case "forward":
                return replace(self._moved(1), is_paused=True)
            case "pause" if self.is_last:
                return Playhead(0, self.count)
        return replace(self, is_paused=not self.is_paused)

    def _moved(self, by: int) -> Playhead:
        place = min(max(self.place + by, 0), self.count - 1)
        return replace(self, place=place, is_paused=self.is_paused or place == self.count - 1)


def play_trace(
    trace: Trace,
    display: Display,
    playing: PlayOptions,
    class_names: Sequence[str] = (),
    layer_name: str = "",
) -> None:
    """Play a trace on the terminal until it is left; its last picture stays.

    Arguments: the `trace`; how to `display` it; how fast it is `playing`; the names of a network's
    classes; the layer that plays alone, empty for all.
    Raises OptionError where nothing is calculated, or there are too many kernels to show.
    """
    from cnncalc.cli.keys import keyboard
    from cnncalc.tasks.flows import trace_flow
    from cnncalc.views.terminal.playing import Play
    from cnncalc.views.terminal.screen import Drawing

    _require_few_kernels(trace)
    trace.place(layer_name or trace.layers[0].name)
    made = trace_flow(trace, class_names=class_names)
    play = Play.of(made.flow, made.values, made.scales, layer_name)
    if not play.moments:
        message = "--play shows how numbers are calculated. Received: none that are"
        raise OptionError(message)
    say_remarks()
    console, speed = play_console(), playing.speed or DEFAULT_SPEED
    with keyboard() as read_key, console.screen() as screen:
        head = _run(
            Playhead(0, len(play.moments)),
            lambda head: screen.update(_frame(play, head, display, speed)),
            read_key,
            speed,
        )
    console.print(Drawing(display, lambda screen: play.draw(head.place, screen)))


def _require_few_kernels(trace: Trace) -> None:
    kernels = (weights["kernel"].shape for weights in trace.network.weights if "kernel" in weights)
    count = sum(prod(shape[2:]) for shape in kernels)
    if count > MOST_KERNELS:
        message = f"--play shows networks of at most {MOST_KERNELS:,} kernels. "
        raise OptionError(message + f"Received: {count:,}")


def _run(
    head: Playhead, show: Callable[[Playhead], None], read_key: ReadKey, speed: float
) -> Playhead:
    """Show one moment after the other, until it is left; return where that was."""
    while True:
        show(head)
        until = monotonic() + (GLANCE if head.is_paused else 1 / speed)
        key = None
        while key is None and (left := until - monotonic()) > 0:
            key = read_key(left)
        if key == "leave":
            return head
        head = head.onwards() if key is None else head.pressed(key)


def _frame(play: Play, head: Playhead, display: Display, speed: float) -> Drawing:
    """Return a moment with a line below it on the keys and on how far it is."""
    from cnncalc.views.terminal.screen import FAINT, Drawing

    def draw(screen: Screen) -> Iterator[Text]:
        lines = list(play.draw(head.place, screen))[: screen.height - 1]
        yield from lines
        yield from [screen.line()] * (screen.height - 1 - len(lines))
        yield screen.line(foot_line(head, speed, screen.width), FAINT)

    return Drawing(display, draw)


def foot_line(head: Playhead, speed: float, width: int) -> str:
    """Return how far it is, what the keys do and how fast it goes; as much as the width holds.

    >>> foot_line(Playhead(0, 25), 4, width=80)
    '1 of 25 · space pauses · ← → step · q leaves · 4 a second'
    >>> foot_line(Playhead(24, 25), 4, width=40)
    '25 of 25 · space plays again · q leaves'
    """
    state = "plays again" if head.is_last else "plays" if head.is_paused else "pauses"
    place, space = f"{head.place + 1} of {head.count}", f"space {state}"
    arrows, leave, pace = "← → step", "q leaves", f"{speed:g} a second"
    parts = [place, space, arrows, leave, pace]
    for least_missed in (pace, arrows, space, place):
        if len(" · ".join(parts)) > width:
            parts.remove(least_missed)
    return " · ".join(parts)
