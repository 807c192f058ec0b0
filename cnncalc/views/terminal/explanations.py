"""Where a number came from: the window on its input, the products, and the formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

import numpy as np
from rich.text import Text

from cnncalc.explanation import (
    Explanation,
    Term,
)
from cnncalc.layers import MergeLayer
from cnncalc.rules import Join
from cnncalc.rules.ranges import ANY
from cnncalc.trace.layer_stages import joined_names
from cnncalc.trace.stage_names import StageName
from cnncalc.views.colors import ColorScale, scale_of
from cnncalc.views.terminal.blocks import (
    Block,
    body_screen,
    draw_section,
    flow,
    labelled,
    sign,
)
from cnncalc.views.terminal.equations import equals
from cnncalc.views.terminal.formulas import (
    by_channel,
    draw_result,
    draw_subtotal,
    joined_place,
    place,
)
from cnncalc.views.terminal.matrix import NO_PADS, Matrix, draw_near_window, draw_whole
from cnncalc.views.terminal.screen import FAINT, Display, Drawing, Screen
from cnncalc.views.terminal.volumes import channel_labels

__all__ = [
    "FEW_ROWS",
    "draw_explanation",
    "largest_channels",
    "notes_of",
    "render_explanation",
]

# An input of so few rows is shown whole at every step.
FEW_ROWS = 8

WIDE_GAP = 5


def render_explanation(
    explanations: Sequence[Explanation], scales: Mapping[str, ColorScale], display: Display
) -> Drawing:
    """Render where one number came from, and what each later layer made of it.

    Arguments: the `explanations` of one layer after the other, as `follow` returns them; the
    `scales` of what the layers take in, by the layers' names; how to `display` them.
    """

    def draw(screen: Screen) -> Iterator[Text]:
        for explanation in explanations:
            yield from draw_explanation(explanation, scales[explanation.layer.name], screen)

    return Drawing(display, draw)


def draw_explanation(
    explanation: Explanation, scale: ColorScale, screen: Screen, *, small: bool = False
) -> Iterator[Text]:
    """Draw one explanation.

    Arguments: the `explanation`; the `scale` of its layer's input; the `screen`; whether its input
    is cut down to what is near the window. Of many channels those are drawn that contribute most.
    """
    result = screen.number(explanation.results[-1][1])
    title = f"{place(explanation)} = {result}"
    body = _draw_body(explanation, scale, body_screen(screen), small=small)
    yield from draw_section([title], notes_of(explanation), body, screen)


def notes_of(explanation: Explanation) -> list[str]:
    """Return what there is to say of an explanation's window, or of the results that it joins."""
    layer = explanation.layer.layer
    if isinstance(layer, MergeLayer) and explanation.rule is not Join.SAME:
        names = [joined_place(explanation.layer, term) for term in explanation.terms]
        return [joined_names(layer, names)]
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


def _draw_body(
    explanation: Explanation, scale: ColorScale, screen: Screen, *, small: bool
) -> Iterator[Text]:
    labels = channel_labels(explanation.layer.input.shape[-1])
    channels = by_channel(explanation) if explanation.layer.geometry else {}
    display = screen.display
    shown = channels if display.full else largest_channels(channels, display.most_slices)
    for channel, terms in shown.items():
        window = _window(explanation, terms, scale, screen, small=small)
        yield from _draw_channel(explanation, scale, window, labels[channel], terms, screen)
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
    explanation: Explanation,
    scale: ColorScale,
    window: Block | None,
    label: str,
    terms: Sequence[Term],
    screen: Screen,
) -> Iterator[Text]:
    """Draw one channel of the input with the window on it, and its products, and an empty line."""
    products = _products(explanation, scale, terms, screen)
    blocks = [block for block in (window, products) if block]
    if blocks:
        yield from labelled(label, list(flow(blocks, screen, gap=WIDE_GAP)), screen)
        yield screen.line()


def _window(
    explanation: Explanation,
    terms: Sequence[Term],
    scale: ColorScale,
    screen: Screen,
    *,
    small: bool,
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
    shown = values[:, :, terms[0].index[2]]
    matrix = Matrix(shown, pads, frozenset(cells), chosen, scale=scale)
    whole = None if small and matrix.height > FEW_ROWS else draw_whole(matrix, screen)
    return whole or draw_near_window(matrix, screen)


def _products(
    explanation: Explanation, scale: ColorScale, terms: Sequence[Term], screen: Screen
) -> Block | None:
    """Draw one channel's values × kernel = products, or return None where they don't fit."""
    geometry = explanation.layer.geometry
    if explanation.rule is not Join.PRODUCTS or geometry is None or len(terms) == 1:
        return None
    weights = scale_of(explanation.layer.weights["kernel"], ANY)
    columns = {
        "values": ([term.value for term in terms], scale),
        "kernel": ([term.weight or 0.0 for term in terms], weights),
        "products": ([term.product for term in terms], None),
    }
    blocks = []
    for name, (numbers, colors) in columns.items():
        matrix = Matrix(np.reshape(numbers, geometry.kernel), indexed=False, scale=colors)
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
