"""The options of a figure: which one, and in which colours."""

from __future__ import annotations

from typing import Literal

import click

__all__ = ["FigureKind", "figure_options", "theme_option"]

FigureKind = Literal["flow", "steps", "pixels"]

theme_option = click.option(
    "--theme",
    type=click.Choice(["light", "dark", "print"]),
    default="light",
    show_default=True,
    help="The colours of a figure.",
)
figure_options = (
    click.option(
        "--figure",
        type=click.Choice(["flow", "steps", "pixels"]),
        help="What a picture file shows: all stages side by side (flow), how numbers come about "
        "(steps), or the bare pixels.",
    ),
    theme_option,
)
