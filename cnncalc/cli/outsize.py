"""`cnncalc outsize`: the output size formula with its numbers. It must start at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from cnncalc import geometry
from cnncalc.cli.figure_options import theme_option
from cnncalc.cli.streams import say
from cnncalc.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from cnncalc.views.colors import Theme

__all__ = ["outsize"]


class _Numbers(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Click takes -1 for an option; here it is a number, to be refused with the reason.
        negative = next((arg for arg in args if re.fullmatch(r"-\d+", arg)), None)
        if negative:
            message = f"P must be at least 0, the other numbers at least 1. Received: {negative}"
            raise OptionError(message)
        return super().parse_args(ctx, args)


@click.command(cls=_Numbers, epilog="Example: cnncalc outsize 32 3 0 1 --filters 10")
@click.argument("width", metavar="W", type=int)
@click.argument("kernel", metavar="F", type=int)
@click.argument("padding", metavar="P", type=int)
@click.argument("stride", metavar="S", type=int)
@click.option("--filters", type=int, help="The number of filters: the depth of the output.")
@click.option("--dilation", type=int, default=1, show_default=True, help="Spacing of the kernel.")
@click.option("--strict", is_flag=True, help="Fail where the division does not come out.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write a figure of the window's places: .svg .pdf .png .jpg .gif .webp.",
)
@click.option("--force", is_flag=True, help="Replace an existing FILE.")
@theme_option
def outsize(
    width: int,
    kernel: int,
    padding: int,
    stride: int,
    *,
    filters: int | None,
    dilation: int,
    strict: bool,
    output: str | None,
    force: bool,
    theme: Theme,
) -> None:
    """Show the size that W pixels have after a window of F, padding P and stride S.

    The last line is the size alone; with --filters, width x height x depth. -o draws a row of the
    input, and where the window lies on it.
    """
    axis = geometry.axis(width, kernel, padding, stride, dilation)
    if filters is not None and filters < 1:
        message = f"filters must be at least 1. Received: filters={filters}"
        raise OptionError(message)
    if strict and axis.uncovered:
        message = f"the division must come out. Received: {axis.formula}; {_left(axis)}"
        raise ShapeError(message)
    letters = "W − F" if dilation == 1 else "W − (D(F − 1) + 1)"
    formula = f"([{letters} + 2P] / S) + 1"
    if output is not None:
        _draw(axis, formula, filters, output, theme, force=force)
    click.echo(f"{formula}\n= {axis.formula}")
    if axis.uncovered:
        say(f"The division does not come out and is floored: {_left(axis)}.")
    click.echo(f"{axis.output}x{axis.output}x{filters}" if filters else f"{axis.output}")


def _left(axis: geometry.Axis) -> str:
    return f"no window covers the last {axis.uncovered} of {axis.padded} cells"


def _draw(
    axis: geometry.Axis,
    formula: str,
    filters: int | None,
    output: str,
    theme: Theme,
    *,
    force: bool,
) -> None:
    # All of it is imported here: who wants a number alone waits for none of it.
    from functools import partial
    from pathlib import Path

    from cnncalc.cli.console import calculating_command
    from cnncalc.cli.drawing import DrawingOptions, check_drawing, write_drawing
    from cnncalc.provenance import Provenance
    from cnncalc.views.figure.outsize_figure import draw_outsize

    target = DrawingOptions(Path(output), force, theme)
    check_drawing(target)
    drawing = partial(draw_outsize, axis, formula, filters)
    write_drawing(target, drawing, Provenance(calculating_command()))
