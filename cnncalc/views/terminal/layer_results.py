"""What each layer made of an image, and the class; or one layer with its weights and stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.text import Text

from cnncalc.notation import write_layer
from cnncalc.trace import LayerTrace, Stage, Trace
from cnncalc.trace.stage_names import StageName
from cnncalc.views.terminal.activation_maps import draw_maps
from cnncalc.views.terminal.blocks import body_screen, draw_section
from cnncalc.views.terminal.classes import draw_shares, verdict
from cnncalc.views.terminal.inputs import draw_input
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.slices import draw_vector
from cnncalc.views.terminal.traces import draw_layer, image_takers
from cnncalc.views.terminal.volumes import Volume, output_labels
from cnncalc.views.trace_colors import LayerScales, trace_scales
from cnncalc.wording import size_text

__all__ = ["draw_network", "render_layer", "render_network"]


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
    scales = trace_scales(trace)
    if trace.input.values.ndim == 3:
        yield from draw_input(trace.input.values, scales.image, name, screen)
    for layer in trace.layers:
        yield from _draw_layer(layer, scales.layers[layer.name], class_names, screen)
    said = verdict(trace.output, trace.layers[-1].layer.activation_name, class_names)
    if said:
        yield screen.line(f"Class: {untrained or said}", "bold")


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
