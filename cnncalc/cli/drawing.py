"""`-o FILE` of commands whose results are drawn, and written in no other form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.console import note
from cnncalc.cli.figure_options import theme_option
from cnncalc.cli.figures import DRAWINGS, PIXELS, write_figure
from cnncalc.cli.options import bundled
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.provenance import Provenance

if TYPE_CHECKING:
    from cnncalc.cli.figures import Draw
    from cnncalc.views.colors import Theme

__all__ = ["DrawingOptions", "check_drawing", "drawing_options", "write_drawing"]


@dataclass(frozen=True)
class DrawingOptions:
    """Where to write a figure, and in which colours."""

    output: Path | None
    force: bool
    theme: Theme


drawing_options = bundled(
    "target",
    DrawingOptions,
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write a figure: .svg .pdf .png .jpg .gif .webp.",
    ),
    click.option("--force", is_flag=True, help="Replace an existing FILE."),
    theme_option,
)


def write_drawing(target: DrawingOptions, draw: Draw, provenance: Provenance) -> None:
    """Write a figure where `target` says, if it says so, and tell of it."""
    if target.output is None:
        return
    ending = output_ending(target.output, (*DRAWINGS, *PIXELS))
    with write_atomically(target.output, force=target.force) as file:
        said = write_figure(draw, target.theme, ending, provenance, file)
    note(f"wrote {target.output} ({said})")


def check_drawing(target: DrawingOptions) -> None:
    """Refuse a figure's file that can't be written, before anything is computed for it."""
    if target.output is not None:
        output_ending(target.output, (*DRAWINGS, *PIXELS))
        check_output(target.output, force=target.force)
