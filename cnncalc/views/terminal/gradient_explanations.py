"""Where one number of a gradient came from: errors, inputs, their products, and the formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.text import Text

from cnncalc.training_step.structure import GradientExplanation, Position, StepRecord
from cnncalc.views.terminal.blocks import (
    Block,
    block_width,
    body_screen,
    draw_section,
    flow,
    labelled,
    sign,
)
from cnncalc.views.terminal.equations import draw_equation, signed
from cnncalc.views.terminal.gradient_formulas import draw_gradient_equation, gradient_place
from cnncalc.views.terminal.losses import loss_equation
from cnncalc.views.terminal.matrix import Matrix, draw_whole
from cnncalc.views.terminal.screen import FAINT, Display, Drawing, Screen
from cnncalc.views.terminal.tables import draw_aligned
from cnncalc.views.trace_colors import trace_scales

__all__ = ["render_gradient"]

# Of so many samples the numbers are set side by side.
MOST_SAMPLES = 4
GAP = 2
# Where they don't fit, so many terms are listed with their places.
MOST_PLACES = 8


def render_gradient(
    record: StepRecord, explanation: GradientExplanation, display: Display, cell: str = ""
) -> Drawing:
    """Render where one number of a gradient came from.

    Arguments: the `record` of the step and the `explanation` of the number; how to `display` it;
    the `cell` of a workbook that the number stands in, if it is known.
    """
    exact = replace(display, significant=True)

    def draw(screen: Screen) -> Iterator[Text]:
        place = gradient_place(explanation, several=len(record.labels) > 1)
        value = signed(screen.number(explanation.value))
        title = f"Gradient of the loss by {place} = {value}"
        body = _draw_body(record, explanation, body_screen(screen))
        yield from draw_section([title], [explanation.note], body, screen)
        yield from _draw_loss(record, explanation, screen)
        yield from screen.sentences(explanation.vanished)
        if cell:
            yield screen.line(f"In the workbook it stands in {cell}.")

    return Drawing(exact, draw)


def _draw_body(
    record: StepRecord, explanation: GradientExplanation, screen: Screen
) -> Iterator[Text]:
    if explanation.layer.has_filters and explanation.name == "kernel":
        yield from _draw_products(record, explanation, screen)
    several = len(record.labels) > 1
    yield from draw_gradient_equation(explanation, screen, several=several)


def _draw_products(
    record: StepRecord, explanation: GradientExplanation, screen: Screen
) -> Iterator[Text]:
    """Draw each sample's input with the cells under the weight, and its errors × these numbers."""
    count = len(record.images)
    shown = count if screen.display.full else min(count, MOST_SAMPLES)
    for sample in range(shown):
        lines = list(_draw_sample(record, explanation, sample, screen))
        if not lines:
            yield from _draw_largest(record, explanation, screen)
            yield screen.line()
            return
        if count > 1:
            yield screen.line(f"sample {sample}", "bold")
        yield from lines
        yield screen.line()
    if shown < count:
        yield from screen.sentences(f"… and {count - shown} more; --full shows them all.", FAINT)
        yield screen.line()


def _draw_sample(
    record: StepRecord, explanation: GradientExplanation, sample: int, screen: Screen
) -> Iterator[Text]:
    """Draw one sample's numbers; nothing where they don't fit the screen."""
    step, terms = record.layer(explanation.layer.name), explanation.terms
    size = step.layer_output.shape[1:3]
    count = size[0] * size[1]
    errors, factors = (
        numbers[sample * count : (sample + 1) * count].reshape(size)
        for numbers in (terms.errors, terms.factors)
    )
    scale = trace_scales(record.traces[sample]).inputs[explanation.layer.name]
    blocks = [
        draw_whole(Matrix(numbers, indexed=False, scale=colors), screen)
        for numbers, colors in ((errors, None), (factors, scale), (errors * factors, None))
    ]
    if None in blocks:
        return
    places = [terms.locate(index) for index in range(sample * count, (sample + 1) * count)]
    under = frozenset((at.factor_at[0], at.factor_at[1]) for at in places if not at.padding)
    channel = places[0].factor_at[2]
    matrix = Matrix(step.layer_input[sample, :, :, channel], window=under, scale=scale)
    pixels = draw_whole(matrix, screen)
    if pixels is None:
        return
    name = f"input, channel {channel}" if step.layer_input.shape[-1] > 1 else "input"
    names = ("errors", "input under the weight", "products")
    named = [labelled(label, b or [], screen) for label, b in zip(names, blocks, strict=True)]
    yield from _equation_of_blocks(labelled(name, pixels, screen), named, screen)


def _draw_largest(
    record: StepRecord, explanation: GradientExplanation, screen: Screen
) -> Iterator[Text]:
    """Draw where the terms that contribute most stand."""
    rows = [
        [
            str(term.place.sample),
            _at(term.place.error_at),
            screen.number(term.error),
            _at(term.place.factor_at),
            screen.number(term.factor),
            screen.number(term.product),
        ]
        for term in explanation.terms.largest(MOST_PLACES)
    ]
    heading = ["sample", "error at", "error", "input at", "input", "product"]
    first = 0 if len(record.images) > 1 else 1
    yield screen.line("The terms that contribute most", "bold")
    yield from draw_aligned(heading[first:], [row[first:] for row in rows], screen)


def _at(place: Position) -> str:
    return f"({', '.join(map(str, place))})"


def _equation_of_blocks(pixels: Block, blocks: Sequence[Block], screen: Screen) -> Iterator[Text]:
    """Set errors × inputs = products beside each other, without what doesn't fit a line."""
    height = len(blocks[0])
    first, second, third = blocks
    row = [first, sign("×", height, screen), second]
    longer = [*row, sign("≈", height, screen), third]
    for chosen in ([pixels, *longer], longer, [pixels, *row], row):
        width = sum(map(block_width, chosen)) + GAP * (len(chosen) - 1)
        if width <= screen.width:
            if chosen[0] is not pixels:
                yield from pixels
                yield screen.line()
            yield from flow(chosen, screen, gap=GAP)
            return
    for block in (pixels, first):
        yield from block
        yield screen.line()
    yield from second


def _draw_loss(
    record: StepRecord, explanation: GradientExplanation, screen: Screen
) -> Iterator[Text]:
    """Draw the loss that the gradient is of: of its sample, or of the only one."""
    sample = explanation.sample or 0
    if len(record.losses) == 1 or explanation.sample is not None:
        yield from draw_equation(loss_equation(record, sample, screen), screen)
    else:
        text = f"mean loss of {len(record.losses)} samples: {screen.number(record.loss)}"
        yield from screen.sentences(text, FAINT)
