"""Where a number came from: the window on its input, the products, and the formulas.

`render_explanation` does it for one number, `render_steps` for all of them in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import fsum, prod

import numpy as np
from rich.text import Text

from cnncalc.explanation import (
    DerivationStep,
    Explanation,
    Position,
    Term,
    contributors,
    derive,
    explain,
)
from cnncalc.receptive_field import image_region
from cnncalc.rules import Join
from cnncalc.trace import LayerTrace, Trace
from cnncalc.trace.stage_names import StageName
from cnncalc.views.terminal.blocks import (
    INDENT,
    Block,
    body_screen,
    draw_section,
    flow,
    labelled,
    sign,
)
from cnncalc.views.terminal.equations import equals, in_formula, signed
from cnncalc.views.terminal.formulas import by_channel, draw_result, draw_subtotal, place
from cnncalc.views.terminal.matrix import NO_PADS, Matrix, draw_near_window, draw_whole
from cnncalc.views.terminal.regions import draw_region
from cnncalc.views.terminal.screen import FAINT, Display, Drawing, Screen
from cnncalc.views.terminal.volumes import channel_labels
from cnncalc.wording import size_text

__all__ = [
    "MOST_FOLLOWED",
    "draw_explanation",
    "largest_channels",
    "notes_of",
    "render_derivation",
    "render_explanation",
    "render_steps",
]

MOST_STEPS = 64
# An input of so few rows is shown whole at every step.
FEW_ROWS = 8

WIDE_GAP = 5


def render_explanation(explanations: Sequence[Explanation], display: Display) -> Drawing:
    """Render where one number came from, and what each later layer made of it.

    Arguments: the `explanations` of one layer after the other, as `follow` returns them; how to
    `display` them.
    """

    def draw(screen: Screen) -> Iterator[Text]:
        for explanation in explanations:
            yield from draw_explanation(explanation, screen)

    return Drawing(display, draw)


def render_steps(trace: Trace, display: Display) -> Drawing:
    """Render how each number of each layer came about, filter by filter, row by row.

    Arguments: the `trace`; how to `display` it: the first 64 numbers of a layer, unless `full`.
    """

    def draw(screen: Screen) -> Iterator[Text]:
        for layer in trace.layers:
            yield from _draw_steps(layer, screen)

    return Drawing(display, draw)


def _draw_steps(layer: LayerTrace, screen: Screen) -> Iterator[Text]:
    height, width, channels = layer.output.shape
    count = prod(layer.output.shape)
    shown = count if screen.display.full else min(count, MOST_STEPS)
    yield screen.line(f"Step by step · {layer.name} · {size_text(layer.output.shape)}", "bold")
    yield screen.line()
    for channel, row, column in islice(np.ndindex(channels, height, width), shown):
        yield from draw_explanation(explain(layer, (row, column, channel)), screen, small=True)
    if shown < count:
        text = f"… and {count - shown} more; --full shows them all, --at shows a single one."
        yield from screen.sentences(text, FAINT)


def draw_explanation(
    explanation: Explanation, screen: Screen, *, small: bool = False
) -> Iterator[Text]:
    """Draw one explanation.

    Arguments: the `explanation`; the `screen`; whether its input is cut down to what is near the
    window. Of many channels those are drawn that contribute most.
    """
    result = screen.number(explanation.results[-1][1])
    title = f"{place(explanation)} = {result}"
    body = _draw_body(explanation, body_screen(screen), small=small)
    yield from draw_section([title], notes_of(explanation), body, screen)


def notes_of(explanation: Explanation) -> list[str]:
    """Return what there is to say of an explanation's window, if it has one."""
    if explanation.layer.geometry is None:
        return []
    rows = [term.index[0] for term in explanation.terms]
    columns = [term.index[1] for term in explanation.terms]
    partly = ", some of them padding" if any(term.padding for term in explanation.terms) else ""
    covered = f"{_span('row', rows)} and {_span('column', columns)}"
    return [f"the window covers {covered} of its input{partly}"]


def _span(noun: str, indices: Sequence[int]) -> str:
    first, last = min(indices), max(indices)
    return f"{noun} {first}" if first == last else f"{noun}s {first} to {last}"


def _draw_body(explanation: Explanation, screen: Screen, *, small: bool) -> Iterator[Text]:
    labels = channel_labels(explanation.layer.input.shape[-1])
    channels = by_channel(explanation) if explanation.layer.geometry else {}
    display = screen.display
    shown = channels if display.full else largest_channels(channels, display.most_slices)
    for channel, terms in shown.items():
        yield from _draw_channel(explanation, labels[channel], terms, screen, small=small)
        if len(channels) > 1:
            yield from draw_subtotal(explanation, terms, screen)
            yield screen.line()
    if len(shown) < len(channels):
        text = f"… and {len(channels) - len(shown)} more channels; --full shows them all."
        yield from screen.sentences(text, FAINT)
    yield from draw_result(explanation, screen)


def largest_channels(channels: dict[int, list[Term]], most: int) -> dict[int, list[Term]]:
    """Return the channels whose terms add up to most, in their order."""
    # Means, as sums of huge numbers are beyond what float64 holds; all have as many terms.
    sizes = {
        channel: abs(fsum(term.product / len(terms) for term in terms))
        for channel, terms in channels.items()
    }
    chosen = sorted(channels, key=lambda channel: -sizes[channel])[:most]
    return {channel: terms for channel, terms in channels.items() if channel in chosen}


def _draw_channel(
    explanation: Explanation, label: str, terms: Sequence[Term], screen: Screen, *, small: bool
) -> Iterator[Text]:
    """Draw one channel of the input with the window on it, and its products, and an empty line."""
    window = _window(explanation, terms, screen, small=small)
    blocks = [block for block in (window, _products(explanation, terms, screen)) if block]
    if blocks:
        yield from labelled(label, list(flow(blocks, screen, gap=WIDE_GAP)), screen)
        yield screen.line()


def _window(
    explanation: Explanation, terms: Sequence[Term], screen: Screen, *, small: bool
) -> Block | None:
    """Draw one channel of the layer's input with the cells under the window marked."""
    layer, first = explanation.layer, explanation.layer.stages[0]
    is_padded = first.name == StageName.PADDED_INPUT and layer.geometry is not None
    values = first.values if is_padded else layer.input
    pads = layer.geometry.pads if is_padded and layer.geometry else NO_PADS
    cells = [(term.index[0] + pads.top, term.index[1] + pads.left) for term in terms]
    winner = [
        cell for cell, term in zip(cells, terms, strict=True) if term.value == explanation.total
    ]
    chosen = frozenset(winner[:1] if explanation.rule.picks_one else ())
    matrix = Matrix(values[:, :, terms[0].index[2]], pads, frozenset(cells), chosen)
    whole = None if small and matrix.height > FEW_ROWS else draw_whole(matrix, screen)
    return whole or draw_near_window(matrix, screen)


def _products(explanation: Explanation, terms: Sequence[Term], screen: Screen) -> Block | None:
    """Draw one channel's values × kernel = products, or return None where they don't fit."""
    geometry = explanation.layer.geometry
    if explanation.rule is not Join.PRODUCTS or geometry is None or len(terms) == 1:
        return None
    columns = {
        "values": [term.value for term in terms],
        "kernel": [term.weight or 0.0 for term in terms],
        "products": [term.product for term in terms],
    }
    blocks = []
    for name, numbers in columns.items():
        matrix = Matrix(np.reshape(numbers, geometry.kernel), indexed=False)
        block = draw_whole(matrix, screen)
        if block is None:
            return None
        blocks.append(labelled(name, block, screen))
    height = len(blocks[0])
    relation = "=" if all(_is_true(term, screen) for term in terms) else "≈"
    times, gives = sign("×", height, screen), sign(relation, height, screen)
    return list(flow([blocks[0], times, blocks[1], gives, blocks[2]], screen, gap=2))


def _is_true(term: Term, screen: Screen) -> bool:
    """Tell whether a product as it is printed is that of the numbers as they are printed."""
    from_shown = screen.shown(term.value) * screen.shown(term.weight or 0.0)
    return equals(term.product, from_shown, screen) == "="


MOST_FOLLOWED = 3


def render_derivation(
    trace: Trace, layer_name: str, at: Position, display: Display, depth: int = 1, cell: str = ""
) -> Drawing:
    """Render where one number of a layer came from.

    Arguments: the `trace`; the layer's name; `at`, the (row, column, channel) or (unit,) in its
    output; how to `display` it; the `depth`, as `derive` has it; the `cell` of a workbook that
    the number stands in, if it is known.
    Raises OptionError for an unknown layer or a position outside its output.
    """
    most = None if display.full else MOST_FOLLOWED
    # Now, not while drawing, so that what can't be explained is refused.
    first, *rest = derive(trace, layer_name, at, depth, most)

    def draw(screen: Screen) -> Iterator[Text]:
        few = replace(screen, display=replace(display, most_slices=MOST_FOLLOWED))
        yield from draw_explanation(first.explanation, few, small=True)
        if cell:
            yield screen.line(f"In the workbook it stands in {cell}.")
            yield screen.line()
        if trace.input.values.ndim == 3:
            place = trace.place(layer_name)
            layers = trace.network.layers[: place + 1]
            region = image_region(layers, trace.network.input_shape, first.explanation.at)
            yield from draw_region(trace.input.values, region, screen)
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
