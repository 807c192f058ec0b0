"""What a trace is made of, immutable stages layer by layer, and how much memory it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cnncalc.errors import OptionError
from cnncalc.geometry import Geometry
from cnncalc.layers import Layer, Shape
from cnncalc.layers.names import place_of
from cnncalc.network import Array, Network, Weights
from cnncalc.provenance import Provenance
from cnncalc.trace.stage_names import StageName

__all__ = ["LayerTrace", "PassingTrace", "Stage", "Trace", "make_stage"]


@dataclass(frozen=True, eq=False)
class Stage:
    """One intermediate result of one layer.

    `name` says what was done; `values` is a read-only array (height, width, channels) or (units,),
    NaN where a cell is empty (padding that never counts); `note` tells how its size or its numbers
    came about.
    """

    name: StageName
    values: Array
    note: str


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one layer did: its specification, weights, window geometry, and stages in order.

    `taken` is the shape of each result that stands in the `input`: a merge joins several.
    """

    layer: Layer
    weights: Weights
    geometry: Geometry | None
    input: Array
    stages: tuple[Stage, ...]
    taken: tuple[Shape, ...] = ()

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def output(self) -> Array:
        """The values of the last stage."""
        return self.stages[-1].values


@dataclass(frozen=True, eq=False)
class Trace:
    """The `network`, its `input` as a stage, and the trace of each of its `layers` in order.

    `record` makes it; of a large network it may have kept some of the layers alone. `provenance` is
    where the image and the weights came from; None where whoever had it recorded held both in
    memory, and nobody knows.

    >>> from cnncalc.calculator import pooling_layer, pooling_network
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> [stage.name for stage in trace.stages], trace.output.item()
    (['input', 'pooling'], 5.0)
    """

    network: Network
    input: Stage
    layers: tuple[LayerTrace, ...]
    provenance: Provenance | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage from the input to the result."""
        return (self.input, *(stage for layer in self.layers for stage in layer.stages))

    @property
    def output(self) -> Array:
        """The values of the last stage."""
        return self.stages[-1].values

    def is_output(self, values: Array) -> bool:
        """Tell whether these are the values of the network's last stage, which may not be kept."""
        names = (of.layers[-1].name if of.layers else "" for of in (self, self.network))
        return values is self.output and len(set(names)) == 1

    def layer(self, layer_name: str) -> LayerTrace:
        """Return the trace of the layer that has a name.

        Raises OptionError as `place` does, and for a layer that wasn't kept.
        """
        found = [layer for layer in self.layers if layer.name == layer_name]
        if not found:
            kept = ", ".join(layer.name for layer in self.layers)
            name = self.network.layers[self.place(layer_name)].name
            message = f"the trace holds the layers {kept} alone. Received: {name}"
            raise OptionError(message)
        return found[0]

    def place(self, layer_name: str) -> int:
        """Return which of the network's layers has a name, counted from 0.

        Raises OptionError that lists the names where none has it.
        """
        return place_of(layer_name, [layer.name for layer in self.network.layers])


@dataclass(frozen=True, eq=False)
class PassingTrace:
    """A trace whose layers pass one by one, each let go before the next is calculated.

    `network`, `input` and `provenance` as in a Trace; `walk` calculates the layers in order.
    `record_passing` makes it. At any time it holds what later layers take, and the stages of one.
    """

    network: Network
    input: Stage
    walk: Callable[[], Iterator[LayerTrace]]
    provenance: Provenance | None = None

    @property
    def layers(self) -> Iterator[LayerTrace]:
        """The trace of each layer in order, calculated as it is asked for."""
        return self.walk()


def make_stage(name: StageName, values: Array, note: str) -> Stage:
    """Return a stage, its values read-only from now on."""
    values = values[...]  # a view: what belongs to the stage before stays as it is
    values.flags.writeable = False
    return Stage(name, values, note)
