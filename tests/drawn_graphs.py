"""Networks that branch, as hypothesis draws them: every merge, skips from the image, fan-outs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    Activation,
    Add,
    Average,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    Maximum,
    MaxPooling2D,
    Minimum,
    Multiply,
    Shape,
    Subtract,
)
from cnncalc.layers.graph import IMAGE, in_keras_order, input_shape_of

__all__ = ["MERGES", "Drawing", "few_graphs", "graphs"]

# Layers that keep rows and columns, so that results can be joined.
STEPS = (
    lambda channels: Conv2D(channels, 3, padding="same", activation="tanh"),
    lambda channels: Conv2D(channels, 1, activation="relu"),
    lambda channels: DepthwiseConv2D(2, padding="same"),
    lambda channels: MaxPooling2D(2, strides=1, padding="same"),
    lambda channels: Activation("sigmoid"),
    lambda channels: BatchNormalization(),
)
ELEMENTWISE = (Add, Multiply, Average, Maximum, Minimum)
MERGES = (*ELEMENTWISE, Subtract, Concatenate)


@dataclass
class Drawing:
    """The layers drawn so far, and the shape of each result that may be taken, by name."""

    results: dict[str, Shape]
    layers: list[Layer] = field(default_factory=list)

    def put(self, layer: Layer, *names: str) -> str:
        """Add a layer that takes what has these names, and return its own."""
        name = f"{type(layer).__name__.lower()}{len(self.layers)}"
        layer = replace(layer, name=name, inputs=names)
        given = input_shape_of(layer, [self.results[taken] for taken in names])
        self.layers.append(layer)
        self.results[name] = layer.output_shape(given)
        return name

    def untaken(self) -> list[str]:
        taken = {name for layer in self.layers for name in layer.inputs}
        return [layer.name for layer in self.layers if layer.name not in taken]


def merge(draw: st.DrawFn, drawing: Drawing) -> None:
    """Join two or three results, brought to as many channels where that must be."""
    names = [draw(st.sampled_from(list(drawing.results))) for _ in range(draw(st.integers(2, 3)))]
    kind = draw(st.sampled_from(MERGES))
    if kind is Subtract:
        names = names[:2]
    if kind is not Concatenate:
        channels = draw(st.integers(1, 3))
        names = [
            name
            if drawing.results[name][-1] == channels
            else drawing.put(Conv2D(channels, 1), name)
            for name in names
        ]
    drawing.put(kind(), *names)


def squeeze_and_excite(draw: st.DrawFn, drawing: Drawing) -> None:
    """Weigh the channels of a result by numbers worked out from their means."""
    name = draw(st.sampled_from(list(drawing.results)))
    means = drawing.put(GlobalAveragePooling2D(keepdims=draw(st.booleans())), name)
    channels = drawing.results[name][-1]
    kind = Dense(channels, activation="sigmoid")
    weights = drawing.put(kind, means)
    drawing.put(Multiply(), *draw(st.permutations([name, weights])))
    for flat in (means, weights):
        del drawing.results[flat]


@st.composite
def graphs(draw: st.DrawFn, longest: int = 4, classes: int = 2) -> tuple[tuple[Layer, ...], Shape]:
    """Draw layers in Keras's order, and the shape of an image for them."""
    shape = (draw(st.integers(2, 4)), draw(st.integers(2, 4)), draw(st.integers(1, 2)))
    drawing = Drawing({IMAGE: shape})
    for _ in range(draw(st.integers(1, longest))):
        match draw(st.integers(0, 3)):
            case 0 | 1:
                merge(draw, drawing)
            case 2:
                squeeze_and_excite(draw, drawing)
            case _:
                name = draw(st.sampled_from(list(drawing.results)))
                drawing.put(draw(st.sampled_from(STEPS))(draw(st.integers(1, 3))), name)
    ends = drawing.untaken()
    joined = drawing.put(Concatenate(), *ends) if len(ends) > 1 else ends[0]
    drawing.put(Dense(classes), drawing.put(Flatten(), joined))
    return in_keras_order(drawing.layers), shape


def few_graphs(count: int) -> list[tuple[tuple[Layer, ...], Shape]]:
    """Return so many drawn graphs, always the same ones, for tests that take them all at once."""
    found: list[tuple[tuple[Layer, ...], Shape]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(graphs())
    def collect(graph: tuple[tuple[Layer, ...], Shape]) -> None:
        found.append(graph)

    collect()
    return found[:count]
