"""`cnncalc convolve`: the calculation, step by step."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import click
from rich.console import Group, RenderableType

from cnncalc.cli.console import Terminal
from cnncalc.cli.figures import STEPS_IN_FIGURE, trace_figures
from cnncalc.cli.options import (
    DisplayOptions,
    OutputOptions,
    calculation_options,
    display_options,
    input_options,
    output_options,
)
from cnncalc.cli.play_options import PlayOptions, play_options
from cnncalc.cli.results import check_size, check_target, display_of, present
from cnncalc.cli.types import POSITION
from cnncalc.errors import OptionError
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.calculation import calculated_trace, read_calculation
from cnncalc.tasks.options import CalculationOptions, InputOptions
from cnncalc.trace import Trace
from cnncalc.views.terminal import Display, render_trace

if TYPE_CHECKING:
    from cnncalc.explanation import Explanation

__all__ = ["convolve"]


@click.command(epilog="Example: cnncalc convolve article:6x6 --kernel '1 0 1; 0 1 0; 1 0 1'")
@input_options
@calculation_options
@click.option("--steps", is_flag=True, help="Go window by window: products, and their sum.")
@click.option(
    "--at",
    type=POSITION,
    help="Explain one number of the first output; without CHANNEL, of each.",
)
@play_options
@display_options
@output_options
def convolve(
    given: InputOptions,
    wanted: CalculationOptions,
    steps: bool,
    at: tuple[int, ...] | None,
    playing: PlayOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    """Convolve INPUT with one kernel or several, and show every step.

    A colour image is read as grey where every kernel is 2-D, as RGB where a kernel is 3 deep;
    --depthwise applies 2-D kernels to each channel by itself. The kernel is not flipped. The state
    that a page saved, a .json file, brings its image, kernels and options; beside --kernel, only
    its image.
    """
    _check_choice(steps, at, playing, look)
    playing.require(look, target, "--steps prints each step")
    check_target(target, given)
    terminal = Terminal()
    asked = read_calculation(given, wanted, terminal, partial(check_size, target))
    trace = calculated_trace(asked.network, asked.image, asked.provenance, terminal)
    if playing.play:
        from cnncalc.cli.playing import play_trace

        play_trace(trace, display_of(look), playing)
        return
    shown = _shown(trace, steps, at, display_of(look), terminal)
    numbers = None if at is None and not steps else partial(_explanations, trace, at)
    what = (trace, look, target, asked.provenance)
    figures = trace_figures(*what, explanations=numbers, at=at, is_bare=True)
    present(trace, shown, look, target, asked.provenance, figures)


def _check_choice(
    steps: bool, at: tuple[int, ...] | None, playing: PlayOptions, look: DisplayOptions
) -> None:
    if playing.play and (steps or at is not None):
        message = "--play shows all steps in turn. "
        raise OptionError(message + f"Received: {'--steps' if steps else '--at'} as well")
    if steps and at is not None:
        message = "--at explains one number and --steps all of them. Received: both"
        raise OptionError(message)
    if (steps or at is not None) and look.form != "table":
        message = "--steps and --at show tables for people. "
        raise OptionError(message + f"Received: --format {look.form} as well")


def _shown(
    trace: Trace, steps: bool, at: tuple[int, ...] | None, display: Display, caller: Caller
) -> RenderableType:
    if at is None and not steps:
        return render_trace(trace, display)
    # Imported here: most calculations explain nothing, and start sooner without.
    from cnncalc.explanation import follow
    from cnncalc.views.terminal.explanations import render_explanation
    from cnncalc.views.terminal.steps import render_steps
    from cnncalc.views.trace_colors import trace_scales

    if at is None:
        return render_steps(trace, display)
    explanations = [follow(trace, place) for place in _places(trace, at)]
    if len(explanations[0]) < len(trace.layers):
        caller.remark(
            f"No window of {trace.layers[len(explanations[0])].name} reaches this number."
        )
    scales = trace_scales(trace).inputs
    return Group(*(render_explanation(followed, scales, display) for followed in explanations))


def _places(trace: Trace, at: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the number that is asked about, or without a channel, that of each."""
    channels = trace.layers[0].output.shape[2]
    return [(*at, channel) for channel in range(channels)] if len(at) == 2 else [at]


def _explanations(trace: Trace, at: tuple[int, ...] | None) -> list[Explanation]:
    """Return what a figure explains: the number asked about, or the first few, and what follows."""
    from cnncalc.explanation import follow

    width, channels = trace.layers[0].output.shape[1:]
    first = list(product(range(1), range(width), range(channels)))[:STEPS_IN_FIGURE]
    places = first if at is None else _places(trace, at)
    return [one for place in places for one in follow(trace, place)]
