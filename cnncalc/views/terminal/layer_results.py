"""What each layer made of an image, and the class; or one layer with its weights and stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from rich.text import Text

from cnncalc.layers import LINEAR
from cnncalc.notation import write_layer
from cnncalc.trace import LayerTrace, PassingTrace, Stage, Trace
from cnncalc.trace.stage_names import StageName
from cnncalc.views.terminal.activation_maps import draw_maps
from cnncalc.views.terminal.blocks import body_screen, draw_section
from cnncalc.views.terminal.classes import draw_shares, verdict
from cnncalc.views.terminal.inputs import draw_input
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.slices import draw_vector
from cnncalc.views.terminal.traces import draw_layer, image_takers
from cnncalc.views.terminal.volumes import Volume, output_labels
from cnncalc.views.trace_colors import LayerScales, PassingScales, trace_scales
from cnncalc.wording import size_text

__all__ = ["draw_network", "layer_drawings", "render_layer", "render_network"]


def render_network(
    trace: Trace,
    display: Display,
    name: str = "",
    class_names: Sequence[str] = (),
    untrained: str = "",
) -> Drawing:
    """Render what each layer of a network made of an image, and the class.

    Arguments: the `trace`; how to `display` it; the image's `name`; the `class_names` in the
    order of their numbers, if they are known; what stands for the class where the weights are
    `untrained`.

    >>> from cnncalc.views.terminal.plain import plain_lines
    >>> from cnncalc import record
    >>> trace = record("Flatten(); Dense(2, activation='softmax')", [[0, 16], [8, 4]])
    >>> [line for line in plain_lines(render_network(trace, Display())) if "·" in line]
    ['Input · 2×2', 'flatten · Flatten() · 4', 'dense · Dense(2, activation="softmax") · 2']
    """
    return Drawing(
        display, lambda screen: draw_network(trace, screen, name, class_names, untrained)
    )


def draw_network(
    trace: Trace,
    screen: Screen,
    name: str = "",
    class_names: Sequence[str] = (),
    untrained: str = "",
) -> Iterator[Text]:
    """Draw what each layer made of an image; arguments as for `render_network`."""
    for drawing in layer_drawings(trace, screen.display, name, class_names, untrained):
        yield from drawing.draw(screen)


def layer_drawings(
    trace: Trace | PassingTrace,
    display: Display,
    name: str = "",
    class_names: Sequence[str] = (),
    untrained: str = "",
) -> Iterator[Drawing]:
    """Yield what `render_network` draws piece by piece, each layer's as soon as it is there.

    Arguments as there; of a passing trace, a drawing should be let go before the next is taken.
    """
    scales = PassingScales(trace)
    values = trace.input.values
    if values.ndim == 3:
        yield Drawing(display, lambda screen: draw_input(values, scales.image, name, screen))
    output, activation = values, LINEAR
    for layer in trace.layers:
        yield Drawing(display, partial(_draw_layer, layer, scales.of_layer(layer), class_names))
        output, activation = layer.output, layer.layer.activation_name
        del layer
    said = verdict(output, activation, class_names)
    if said:
        yield Drawing(display, lambda screen: [screen.line(f"Class: {untrained or said}", "bold")])


def render_layer(
    trace: Trace, layer_name: str, display: Display, class_names: Sequence[str] = ()
) -> Drawing:
    """Render the weights and every stage of one layer; arguments as for `render_network`.

    Raises OptionError where no layer has the name.
    """
    layer, place = trace.layer(layer_name), trace.place(layer_name)
    scales, on_image = trace_scales(trace).layers[layer_name], image_takers(trace)
    return Drawing(
        display,
        lambda screen: draw_layer(layer, scales, screen, class_names, on_image=place in on_image),
    )


def _draw_layer(
    layer: LayerTrace, scales: LayerScales, class_names: Sequence[str], screen: Screen
) -> Iterator[Text]:
    call = write_layer(replace(layer.layer, name=""))
    title = (layer.name, call, size_text(layer.output.shape))
    body = _draw_output(layer, scales, class_names, body_screen(screen))
    yield from draw_section(title, [_note(layer)], body, screen)


def _draw_output(
    layer: LayerTrace, scales: LayerScales, class_names: Sequence[str], screen: Screen
) -> Iterator[Text]:
    *_, last = layer.stages
    scale = scales.stages[last.name]
    if last.name == StageName.SOFTMAX:
        return draw_shares(layer.stages[-2].values, last.values, class_names, screen)
    if last.values.ndim == 1:
        return draw_vector(last.values, scale, screen)
    labels = output_labels(layer.layer, layer.input.shape, layer.taken)
    return draw_maps(Volume(last.values, labels, scale), screen)


def _note(layer: LayerTrace) -> str:
    """Return the note of the layer's own work: how its size, or else its numbers, came about."""
    stages: list[Stage] = [stage for stage in layer.stages if stage.name != StageName.PADDED_INPUT]
    return stages[0].note
