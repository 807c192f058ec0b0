"""A section: a heading that says what follows, notes in a quiet voice, and an indented body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from cnncalc.views.terminal.blocks import INDENT, indented
from cnncalc.views.terminal.screen import FAINT, Screen

__all__ = ["body_screen", "draw_section"]


def body_screen(screen: Screen) -> Screen:
    """Return what is left of the screen for a section's body."""
    return screen.narrowed(INDENT)


def draw_section(
    title: Sequence[str], notes: Sequence[str], body: Iterable[Text], screen: Screen
) -> Iterator[Text]:
    """Yield a heading, its parts joined by dots, the notes, and the body, drawn narrower.

    An empty line ends the section.
    """
    yield screen.line(" · ".join(part for part in title if part), "bold")
    for note in notes:
        yield from screen.sentences(note, FAINT)
    yield screen.line()
    yield from indented(body, screen)
    yield screen.line()
