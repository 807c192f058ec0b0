"""Figures of results: which one a file holds, and who draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click
import numpy as np
from click.core import ParameterSource

from cnncalc.cli.figure_options import FigureKind
from cnncalc.cli.options import DisplayOptions, OutputOptions
from cnncalc.errors import OptionError
from cnncalc.provenance import Provenance
from cnncalc.trace import Trace

if TYPE_CHECKING:
    from cnncalc.explanation import Explanation
    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing

__all__ = [
    "DRAWINGS",
    "PIXELS",
    "STEPS_IN_FIGURE",
    "Draw",
    "Figures",
    "chosen_kind",
    "figure_writer",
    "refuse_unusable_figure",
    "trace_figures",
    "write_figure",
]

DRAWINGS = (".svg", ".pdf")
PIXELS = (".png", ".jpg", ".jpeg", ".gif", ".webp")

STEPS_IN_FIGURE = 4
"""Where no number is asked about, a figure explains the first few."""


Draw = Callable[["Theme"], "Drawing"]


@dataclass(frozen=True)
class Figures:
    """The figures of a result: who draws each kind in a theme, None where there is none of it.

    `usual` is the kind that is drawn where none is asked for; files of pixels hold the bare ones
    of a result that `is_bare`.
    """

    flow: Draw | None
    steps: Draw | None
    usual: FigureKind = "flow"
    is_bare: bool = False


def _refuse_idle_scale() -> None:
    """Refuse the grey levels of a picture where none is written."""
    context = click.get_current_context()
    is_typed = context.get_parameter_source("scale") is ParameterSource.COMMANDLINE
    if is_typed and context.params.get("output") is None:
        message = "--scale is for a picture that -o writes. Received: --scale without -o"
        raise OptionError(message)


def refuse_unusable_figure(target: OutputOptions) -> None:
    """Raise OptionError for a kind of figure that the output file can't hold."""
    _refuse_idle_scale()
    if target.figure is None:
        return
    ending = "" if target.output is None else target.output.suffix.lower()
    endings = PIXELS if target.figure == "pixels" else (*DRAWINGS, *PIXELS)
    if ending not in endings:
        message = (
            f"--figure {target.figure} is written to a file that ends in one of "
            f"{', '.join(endings)}. Received: {_received(target.output)}"
        )
        raise OptionError(message)


def _received(output: Path | None) -> str:
    return "no -o FILE" if output is None else f"-o {output.name}"


def chosen_kind(target: OutputOptions, ending: str, figures: Figures) -> FigureKind:
    """Return which figure a file holds."""
    if target.figure is not None:
        return target.figure
    return "pixels" if figures.is_bare and ending in PIXELS else figures.usual


def figure_writer(
    kind: FigureKind, figures: Figures, ending: str, target: OutputOptions, provenance: Provenance
) -> Callable[[BinaryIO], str]:
    """Return what writes a figure and says what it is of.

    Raises OptionError where the result has no such figure.
    """
    draws = {"flow": figures.flow, "steps": figures.steps, "pixels": None}
    draw = draws[kind]
    if draw is None:
        known = [name for name, drawn in draws.items() if drawn is not None]
        message = f"--figure must be {' or '.join(known)} here. Received: {kind}"
        raise OptionError(message)
    return partial(write_figure, draw, target.theme, ending, provenance)


def write_figure(
    draw: Draw,
    theme: Theme,
    ending: str,
    provenance: Provenance,
    file: BinaryIO,
) -> str:
    """Write a figure to a file that is open, by its ending, and return what it is of."""
    # Imported here, like the workbook's XlsxWriter: few calculations wait for it.
    from cnncalc.views.figure.figure_file import FIGURE_FORMS, encode_figure, lacking_said

    drawing, form = draw(theme), FIGURE_FORMS[ending]
    file.write(encode_figure(drawing, form, provenance))
    lacking = "" if form == "svg" else lacking_said(drawing.texts)
    return "; ".join(filter(None, ("a figure", lacking)))


def trace_figures(
    trace: Trace,
    look: DisplayOptions,
    target: OutputOptions,
    provenance: Provenance,
    class_names: Sequence[str] = (),
    layer_name: str = "",
    *,
    explanations: Callable[[], Sequence[Explanation]] | None = None,
    at: tuple[int, ...] | None = None,
    is_bare: bool = False,
) -> Figures:
    """Return the figures of a trace.

    Arguments: the `trace`; the numbers' decimals, the picture's scale; where it came from; its
    `class_names`; the layer alone that is shown; who makes the `explanations` that are asked for;
    the number whose window is outlined; whether files of pixels hold bare ones.
    """
    asked = (trace, look, provenance, class_names)
    flow = partial(_flow, *asked, target, layer_name, at)
    numbers = explanations or partial(_first_explanations, trace, layer_name)
    steps = partial(_steps, trace, look, provenance, numbers) if trace.layers else None
    return Figures(flow, steps, "flow" if explanations is None else "steps", is_bare)


def _flow(
    trace: Trace,
    look: DisplayOptions,
    provenance: Provenance,
    class_names: Sequence[str],
    target: OutputOptions,
    layer_name: str,
    at: tuple[int, ...] | None,
    theme: Theme,
) -> Drawing:
    from cnncalc.classification import class_said
    from cnncalc.sheet.planning import is_calculation
    from cnncalc.views.figure.trace_figure import TraceFigure, draw_trace, trace_flow

    made = trace_flow(
        trace, class_names, provenance.drawn_from, is_article=provenance.is_of_article
    )
    is_whole = not layer_name and not is_calculation(trace.network)
    said = class_said(trace, class_names, provenance.untrained) if is_whole else None
    sentences = () if said is None else (f"Class: {said}",)
    what = (look.decimals, layer_name, at, target.scale, sentences, provenance.command)
    return draw_trace(made, TraceFigure(theme, *what))


def _steps(
    trace: Trace,
    look: DisplayOptions,
    provenance: Provenance,
    explanations: Callable[[], Sequence[Explanation]],
    theme: Theme,
) -> Drawing:
    from cnncalc.views.figure.explanation_figure import draw_explanations, explained

    numbers = explained(trace, explanations(), is_article=provenance.is_of_article)
    return draw_explanations(numbers, look.decimals, theme, provenance.command)


def _first_explanations(trace: Trace, layer_name: str) -> list[Explanation]:
    from cnncalc.explanation import explain

    layer = trace.layer(layer_name) if layer_name else trace.layers[0]
    places = islice(np.ndindex(*layer.output.shape[:-1]), STEPS_IN_FIGURE)
    return [explain(layer, (*place, 0)) for place in places]
