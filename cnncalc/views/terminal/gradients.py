"""The gradients of one layer: of its activations sample by sample, and of its weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from rich.text import Text

from cnncalc.layers import Flatten, MergeLayer
from cnncalc.network import Array
from cnncalc.notation import write_layer
from cnncalc.rules.ranges import ANY
from cnncalc.trace import LayerTrace
from cnncalc.trace.stage_names import GradientName
from cnncalc.training_step.branches import parts_handed_back, takings
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.training_step.structure import LayerStep, Position, StepRecord
from cnncalc.views.colors import ColorScale, scale_of
from cnncalc.views.terminal.blocks import body_screen, flow, indented, labelled
from cnncalc.views.terminal.gradient_formulas import draw_gradient_equation
from cnncalc.views.terminal.kernels import draw_filters, draw_matrix
from cnncalc.views.terminal.matrix import Matrix, draw_corners, draw_whole
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.slices import draw_row, draw_volume
from cnncalc.views.terminal.volumes import Volume, channel_labels, output_labels
from cnncalc.wording import size_text

__all__ = ["BACKWARD", "draw_layer_gradients", "largest_position"]

# A sum of more terms than these has its largest written out.
MOST_TERMS = 12
# So many channels are drawn where each fits the screen, and where only its corners do.
MOST_WHOLE = 4
MOST_CORNERS = 2
BACKWARD = "bold magenta"
_FROZEN = "Frozen: its weights stay as they are, without a gradient; the error goes on through it."


def draw_layer_gradients(
    record: StepRecord, step: LayerStep, samples: int, screen: Screen
) -> Iterator[Text]:
    """Draw every gradient at one layer, those nearest to the loss first.

    Arguments: the `record` and one of its `layers`; how many `samples` have theirs drawn; the
    `screen`.
    """
    layer = step.layer
    call = write_layer(replace(layer, name=""))
    yield screen.line(f"← {layer.name} · {call}", BACKWARD)
    yield screen.line()
    if layer.name in record.frozen:
        yield from indented(body_screen(screen).sentences(_FROZEN, FAINT), screen)
        yield screen.line()
    # Else what the layer behind hands back is drawn with that layer.
    is_last = step is record.layers[-1]
    is_drawn = is_last or len(takings(record.network.layers, record.layers.index(step))) > 1
    before = [GradientName.OUTPUT] * is_drawn + [GradientName.PRE_ACTIVATION]
    parts = [
        *(_draw_stage(record, step, name, samples, body_screen(screen)) for name in before),
        *(_draw_weight(record, step, name, body_screen(screen)) for name in step.weights),
        _draw_stage(record, step, GradientName.INPUT, samples, body_screen(screen)),
    ]
    for part in parts:
        yield from indented(part, screen)


def _draw_stage(
    record: StepRecord, step: LayerStep, name: GradientName, samples: int, screen: Screen
) -> Iterator[Text]:
    """Draw the gradient by a layer's activations, of each sample, and where one number is from."""
    values = step.gradient_by(name)
    if values is None:
        return
    at = largest_position(values[:samples])
    explanation = explain_gradient(record, step.layer.name, name, at[1:], at[0])
    size = size_text(values.shape[1:])
    yield screen.line(f"Gradient by its {name} · {size}", "bold")
    yield from screen.sentences(explanation.note, FAINT)
    if isinstance(step.layer, Flatten) and name == GradientName.INPUT:
        yield screen.line()
        return
    scale = scale_of(values[:samples], ANY)
    for sample in range(samples):
        yield screen.line()
        if len(record.labels) > 1:
            yield screen.line(f"sample {sample}")
        for title, part in _parts(record, step, name):
            if title:
                yield screen.line(title)
            yield from _draw_values(step, name, part[sample], scale, screen)
    yield screen.line()
    several = len(record.labels) > 1
    yield from draw_gradient_equation(explanation, screen, MOST_TERMS, several=several)
    yield screen.line()


def _parts(record: StepRecord, step: LayerStep, name: GradientName) -> Iterator[tuple[str, Array]]:
    """Yield a gradient's numbers, those by a merge's input for each of the results that it took."""
    values = step.gradient_by(name)
    if isinstance(step.layer, MergeLayer) and name == GradientName.INPUT:
        for source, part in parts_handed_back(record, step):
            yield f"by {source}", part
    elif values is not None:
        yield "", values


def _draw_values(
    step: LayerStep, name: GradientName, values: Array, scale: ColorScale, screen: Screen
) -> Iterator[Text]:
    if values.ndim == 1:
        yield from draw_row(values, scale, screen)
        return
    channels, shape = values.shape[2], step.layer_input.shape[1:]
    labels = (
        channel_labels(channels) if name == GradientName.INPUT else output_labels(step.layer, shape)
    )
    if screen.display.full:
        yield from draw_volume(Volume(values, labels, scale), screen)
        return
    shown = range(min(channels, MOST_WHOLE))
    matrices = [Matrix(values[:, :, channel], scale=scale) for channel in shown]
    blocks = [draw_whole(matrix, screen) for matrix in matrices]
    if None in blocks:
        blocks = [draw_corners(matrix, screen) for matrix in matrices[:MOST_CORNERS]]
    named = [
        labelled(label, block or [], screen) for label, block in zip(labels, blocks, strict=False)
    ]
    yield from flow(named, screen)
    if len(blocks) < channels:
        text = f"… and {channels - len(blocks)} more; --full shows them all."
        yield from screen.sentences(text, FAINT)


def _draw_weight(record: StepRecord, step: LayerStep, name: str, screen: Screen) -> Iterator[Text]:
    """Draw the gradient of a weight, and where one number of it is from."""
    gradient = record.update(step.layer.name, name).gradient
    explanation = explain_gradient(record, step.layer.name, name, largest_position(gradient))
    yield screen.line(f"Gradient of its {name} · {size_text(gradient.shape)}", "bold")
    yield from screen.sentences(explanation.note, FAINT)
    yield screen.line()
    yield from _draw_numbers(step, gradient, screen)
    yield screen.line()
    yield from draw_gradient_equation(explanation, screen, MOST_TERMS)
    yield screen.line()


def _draw_numbers(step: LayerStep, gradient: Array, screen: Screen) -> Iterator[Text]:
    if gradient.ndim == 1:
        yield from draw_row(gradient, scale_of(gradient, ANY), screen)
    elif step.layer.has_filters:
        kernels = LayerTrace(step.layer, {"kernel": gradient}, None, step.layer_input[0], ())
        yield from draw_filters(kernels, screen, is_image=False)
    else:
        yield from draw_matrix(gradient, screen)


def largest_position(values: Array) -> Position:
    """Return where the number of largest size stands, the first of several.

    >>> largest_position(np.array([[1.0, -3.0], [3.0, 2.0]]))
    (0, 1)
    """
    flat = int(np.abs(values).argmax())
    return tuple(int(index) for index in np.unravel_index(flat, values.shape))
