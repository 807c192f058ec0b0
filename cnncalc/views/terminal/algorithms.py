"""How training works a network out: the algorithm of each layer, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from cnncalc.network.algorithms import Choice
from cnncalc.summary import Summary
from cnncalc.views.terminal.display import Display
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.tables import Page, plain_table

__all__ = ["render_algorithms"]


def render_algorithms(summary: Summary, plan: Sequence[Choice]) -> Page:
    """Render which algorithm training takes for each of a network's layers."""

    def build(screen: Screen) -> Iterator[RenderableType]:
        names = [each.layer.name for each in summary.layers]
        rows = [
            (
                " + ".join(names[choice.first : choice.first + choice.layers]),
                choice.algorithm,
                choice.reason,
            )
            for choice in plan
        ]
        yield screen.line("How training works the layers out", "bold")
        yield screen.line()
        yield plain_table([("Layer", "left"), ("Algorithm", "left"), ("Why", "left")], rows, screen)
        yield screen.line()
        yield from screen.sentences(
            "Layers joined by + are worked out together. Every algorithm gives the same numbers, "
            "but for the last bits.",
            FAINT,
        )
        yield screen.line()

    return Page(Display(), build)
