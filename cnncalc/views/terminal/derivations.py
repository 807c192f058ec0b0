"""Where one number of a layer came from, with its pixels, and the numbers on the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.text import Text

from cnncalc.explanation import DerivationStep, Explanation, Position, contributors, derive
from cnncalc.image_regions import image_regions
from cnncalc.trace import Trace
from cnncalc.views.terminal.blocks import INDENT
from cnncalc.views.terminal.equations import equals, in_formula, signed
from cnncalc.views.terminal.explanations import draw_explanation
from cnncalc.views.terminal.formulas import by_channel, draw_result, place
from cnncalc.views.terminal.regions import draw_region
from cnncalc.views.terminal.screen import FAINT, Display, Drawing, Screen
from cnncalc.views.trace_colors import trace_scales

__all__ = ["MOST_FOLLOWED", "render_derivation"]

MOST_FOLLOWED = 3


def render_derivation(
    trace: Trace, layer_name: str, at: Position, display: Display, depth: int = 1, cell: str = ""
) -> Drawing:
    """Render where one number of a layer came from.

    Arguments: the `trace`; the layer's name; `at`, the (row, column, channel) or (unit,) in its
    output; how to `display` it; the `depth`, as `derive` has it; the `cell` of a workbook that
    the number stands in, if it is known.
    Raises OptionError for an unknown layer or a position outside its output.

    >>> from cnncalc.views.terminal.plain import plain_lines
    >>> from cnncalc import calculate
    >>> trace = calculate("article:6x6", "edge")
    >>> for line in plain_lines(render_derivation(trace, "conv2d", (0, 0, 0), Display()))[:2]:
    ...     print(line)
    conv2d (0, 0) = 452
    the window covers rows 0 to 2 and columns 0 to 2 of its input
    """
    most = None if display.full else MOST_FOLLOWED
    # Now, not while drawing, so that what can't be explained is refused.
    first, *rest = derive(trace, layer_name, at, depth, most)
    scales = trace_scales(trace)

    def draw(screen: Screen) -> Iterator[Text]:
        few = replace(screen, display=replace(display, most_slices=MOST_FOLLOWED))
        scale = scales.layers[layer_name].input
        yield from draw_explanation(first.explanation, scale, few, small=True)
        if cell:
            yield screen.line(f"In the workbook it stands in {cell}.")
            yield screen.line()
        if trace.input.values.ndim == 3:
            place = trace.place(layer_name)
            layers = trace.network.layers[: place + 1]
            found = image_regions(layers, trace.network.input_shape, first.explanation.at)
            yield from draw_region(trace.input.values, scales.image, found, screen)
        if rest:
            yield from _draw_way_back(first.explanation, rest, screen)

    return Drawing(display, draw)


def _draw_way_back(
    first: Explanation, steps: Sequence[DerivationStep], screen: Screen
) -> Iterator[Text]:
    yield screen.line("The numbers that it came from", "bold")
    count = len(contributors(first))
    if count > MOST_FOLLOWED and not screen.display.full:
        text = (
            f"of each number the {MOST_FOLLOWED} terms that contribute most, here of {count:,}; "
            "--full follows them all"
        )
        yield from screen.sentences(text, FAINT)
    yield screen.line()
    for step in steps:
        yield from _draw_step(step, screen)


def _draw_step(step: DerivationStep, screen: Screen) -> Iterator[Text]:
    """Draw the formulas of one number, further to the right the further back it lies."""
    indent = " " * INDENT * step.level
    inner = screen.narrowed(len(indent) + INDENT)
    value = screen.number(step.explanation.results[-1][1])
    heading = screen.line(f"{indent}{place(step.explanation)} = {signed(value)}", "bold")
    yield heading.append(_contribution(step, screen), FAINT)
    for line in draw_result(step.explanation, inner):
        yield screen.line(indent + " " * INDENT).append_text(line)
    yield screen.line()


def _contribution(step: DerivationStep, screen: Screen) -> str:
    """Say what the number added to the one that it led to, and what its formula adds up."""
    text = ""
    if step.term is not None and step.term.weight is not None:
        value, weight = (in_formula(screen.number(n)) for n in (step.term.value, step.term.weight))
        from_shown = screen.shown(step.term.value) * screen.shown(step.term.weight)
        sign = equals(step.term.product, from_shown, screen)
        text = f"  adds {value}×{weight} {sign} {signed(screen.number(step.term.product))}"
    if step.explanation.layer.geometry and len(by_channel(step.explanation)) > 1:
        text += "  (the sum of each channel's products)"
    return screen.spell(text)
