"""`cnncalc outsize`: the output size formula with its numbers. It must start at once."""

from __future__ import annotations

import re

import click

from cnncalc import geometry
from cnncalc.cli.streams import say
from cnncalc.errors import OptionError, ShapeError

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
def outsize(
    width: int,
    kernel: int,
    padding: int,
    stride: int,
    filters: int | None,
    dilation: int,
    strict: bool,
) -> None:
    """Show the size that W pixels have after a window of F, padding P and stride S.

    The last line is the size alone; with --filters, width x height x depth.
    """
    axis = geometry.axis(width, kernel, padding, stride, dilation)
    if filters is not None and filters < 1:
        message = f"filters must be at least 1. Received: filters={filters}"
        raise OptionError(message)
    left = f"no window covers the last {axis.uncovered} of {axis.padded} cells"
    if strict and axis.uncovered:
        message = f"the division must come out. Received: {axis.formula}; {left}"
        raise ShapeError(message)
    click.echo("([W − F + 2P] / S) + 1" if dilation == 1 else "([W − (D(F − 1) + 1) + 2P] / S) + 1")
    click.echo(f"= {axis.formula}")
    if axis.uncovered:
        say(f"The division does not come out and is floored: {left}.")
    click.echo(f"{axis.output}x{axis.output}x{filters}" if filters else f"{axis.output}")
