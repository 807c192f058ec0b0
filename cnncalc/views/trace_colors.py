"""One scale for all numbers of a stage of a trace, by what these can be.

As `sheet/scales.py` has it of a flow; a trace may be of more kernels than a flow is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cnncalc.network import Array
from cnncalc.rules.ranges import PIXELS, Range, network_ranges, range_of_numbers
from cnncalc.trace import LayerTrace, PassingTrace, Trace
from cnncalc.views.colors import ColorScale, image_scale, scale_of

__all__ = ["LayerScales", "PassingScales", "TraceScales", "input_scale", "trace_scales"]


@dataclass(frozen=True)
class LayerScales:
    """The scales of what a layer takes in and, by their names, of its stages."""

    input: ColorScale
    stages: Mapping[str, ColorScale]


@dataclass(frozen=True)
class TraceScales:
    """The scale of a trace's input, and those of its layers by their names."""

    image: ColorScale
    layers: Mapping[str, LayerScales]

    @property
    def inputs(self) -> Mapping[str, ColorScale]:
        """The scales of what the layers take in, by the layers' names."""
        return {name: layer.input for name, layer in self.layers.items()}


class _Input(NamedTuple):
    """What a network takes in: the range of its numbers, and their scale."""

    of: Range
    scale: ColorScale

    def scale_of(self, values: Array, of: Range) -> ColorScale:
        """Return the scale of numbers: what was only picked from the input looks as the input."""
        if of == self.of and not of.is_signed:
            return self.scale
        return scale_of(values, of)


def input_scale(values: Array, *, is_article: bool = False) -> ColorScale:
    """Return the scale of what a network takes in, of which nothing but its numbers is known.

    >>> input_scale([[0, 90]]).named, input_scale([[0, 9]]).named, input_scale([[-1, 9]]).named
    ('0 … 255', '0 … 16', '-9 … 0 … 9')
    """
    of = range_of_numbers(values)
    if of.is_signed or of.high > PIXELS.high:
        return scale_of(values, of)
    return image_scale(values, is_article=is_article)


class PassingScales:
    """The scales of a trace whose layers pass: that of its input, and those of a layer by turn."""

    def __init__(self, trace: Trace | PassingTrace) -> None:
        of = range_of_numbers(trace.input.values)
        self.image = input_scale(
            trace.input.values,
            is_article=trace.provenance is not None and trace.provenance.is_of_article,
        )
        self._given = _Input(of, self.image)
        network = trace.network
        found = network_ranges(network.layers, network.input_shape, of)
        # Of a large network some layers alone may be kept.
        self._ranges = dict(zip((layer.name for layer in network.layers), found, strict=True))

    def of_layer(self, layer: LayerTrace) -> LayerScales:
        """Return the scales of a layer of the trace."""
        ranges, given = self._ranges[layer.name], self._given
        stages = {
            str(stage.name): given.scale_of(stage.values, ranges.of(stage.name))
            for stage in layer.stages
        }
        return LayerScales(given.scale_of(layer.input, ranges.given), stages)


def trace_scales(trace: Trace) -> TraceScales:
    """Return the scales of a trace.

    >>> from cnncalc.calculator import Calculation
    >>> from cnncalc.trace import record
    >>> network = Calculation([[1, 2]], activation="relu").network((1, 4, 1))
    >>> scales = trace_scales(record(network, [[0, 20, 0, 0]]))
    >>> [scale.named for scale in scales.layers["conv2d"].stages.values()]
    ['-40 … 0 … 40', '0 … 40']
    """
    scales = PassingScales(trace)
    layers = {layer.name: scales.of_layer(layer) for layer in trace.layers}
    return TraceScales(scales.image, layers)
