"""`cnncalc pool`: pooling, each depth slice by itself."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.calculator import pooling_layer
from cnncalc.cli.console import Terminal
from cnncalc.cli.figures import trace_figures
from cnncalc.cli.options import (
    DisplayOptions,
    OutputOptions,
    display_options,
    input_options,
    output_options,
)
from cnncalc.cli.play_options import PlayOptions, play_options
from cnncalc.cli.results import check_size, check_target, display_of, present
from cnncalc.cli.types import PADDING, PAIR
from cnncalc.layers import PoolingLayer
from cnncalc.layers.pooling import POOLING_LAYERS
from cnncalc.tasks.arguments import Numbers
from cnncalc.tasks.calculation import calculated_trace, read_pooling
from cnncalc.tasks.options import InputOptions
from cnncalc.views.terminal import render_trace

__all__ = ["pool"]


@click.command(epilog="Example: cnncalc pool article:6x6 --size 2 --mode max")
@input_options
@click.option("--size", type=PAIR, help="The window's size.  [default: 2]")
@click.option("--stride", "-s", type=PAIR, help="Steps of the window.  [default: its size]")
@click.option(
    "--mode",
    type=click.Choice(list(POOLING_LAYERS)),
    help="The largest number, the mean, or the root of the sum of squares.  [default: max]",
)
@click.option(
    "--padding",
    "-p",
    type=PADDING,
    help="valid, same, or cells to add: 1, 0,1 or top,bottom,left,right.  [default: valid]",
)
@play_options
@display_options
@output_options
def pool(
    given: InputOptions,
    size: Numbers | None,
    stride: Numbers | None,
    mode: str | None,
    padding: str | Numbers | None,
    playing: PlayOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    """Pool INPUT: keep one number of each window, on each depth slice by itself.

    The state that a page of a pooling saved, a .json file, brings its options as well; beside
    others, only its image.
    """
    playing.require(look, target, "without --play the result is printed")
    check_target(target, given)
    layer, terminal = _layer(size, stride, mode, padding), Terminal()
    asked = read_pooling(given, layer, terminal, partial(check_size, target))
    trace = calculated_trace(asked.network, asked.image, asked.provenance, terminal)
    if playing.play:
        from cnncalc.cli.playing import play_trace

        play_trace(trace, display_of(look), playing)
        return
    figures = trace_figures(trace, look, target, asked.provenance, is_bare=True)
    shown = render_trace(trace, display_of(look))
    present(trace, shown, look, target, asked.provenance, figures)


def _layer(
    size: Numbers | None,
    stride: Numbers | None,
    mode: str | None,
    padding: str | Numbers | None,
) -> PoolingLayer | None:
    """Return the pooling that is asked for, None where no option was given."""
    if all(option is None for option in (size, stride, mode, padding)):
        return None
    return pooling_layer(
        "max" if mode is None else mode,
        2 if size is None else size,
        stride,
        "valid" if padding is None else padding,
    )
