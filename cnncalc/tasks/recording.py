"""A network's work on one image, every step of it, and a network in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnncalc import summary
from cnncalc import trace as traces
from cnncalc.errors import OptionError
from cnncalc.files.source import is_pillow
from cnncalc.layers import Shape
from cnncalc.network import Array, Network
from cnncalc.summary import Summary
from cnncalc.tasks.callers import Caller, Say, ignore
from cnncalc.tasks.networks import read_network, require_shape
from cnncalc.tasks.options import (
    FittingOptions,
    ImageLike,
    InputOptions,
    NetworkLike,
    NetworkOptions,
    WeightOptions,
)
from cnncalc.tasks.tracing import trace_image
from cnncalc.trace import Trace

__all__ = ["record", "summarize"]


def record(
    network: NetworkLike,
    image: ImageLike | None = None,
    drawn: Sequence[tuple[Array, ...]] = (),
    *,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    seed: int = 0,
    resize: bool = False,
    say: Say = ignore,
) -> Trace:
    """Run one image through a network and keep every intermediate result.

    Arguments: the `network`, as Keras calls, a path, layers, a Network or a live Keras model; the
    `image`, as `read_image` takes it, an array of the network's input shape, for one channel
    (height, width) as well. For a pass as in training, what each layer of a Network has `drawn`.
    For a network that leaves it open, its `input_shape`; a file of its `weights`, or the `seed`
    that they are drawn from where there are none; whether an image is made to fit, `resize`; `say`,
    which hears what was read and assumed.
    Returns the trace, its arrays read-only float64.
    Raises ShapeError for an image of another shape, OptionError for one that holds no finite
    numbers and for a layer whose results grow beyond float64, NotationError and InputError for a
    network or a file that can't be read.

    >>> trace = record("MaxPooling2D(2); Flatten()", "article:6x6")
    >>> trace.output.astype(int).tolist()
    [121, 239, 244, 154, 235, 221, 253, 225, 245]
    """
    is_array = image is not None and not isinstance(image, str | Path) and not is_pillow(image)
    if isinstance(network, Network) and is_array:
        return traces.record(network, image, drawn)
    if drawn:
        message = "drawn goes with a Network and an array. Received: a network or image to be read"
        raise OptionError(message)
    traced = trace_image(
        NetworkOptions(network, input_shape),
        WeightOptions(None if weights is None else Path(weights), seed),
        InputOptions(image),
        FittingOptions(resize),
        Caller(say),
    )
    return traced.trace


def summarize(
    layers: NetworkLike, input_shape: Shape | None = None, *, say: Say = ignore
) -> Summary:
    """Summarize a network for samples of one shape.

    Arguments: the `layers` in order, or any network as `record` takes it; one sample's
    `input_shape`, (height, width, channels) in cells or (units,), where the network leaves it open;
    `say`, which hears what was left out of a listing or a file.
    Returns a row for each layer: shapes without the batch, parameters, costs; and the notes.
    Raises ShapeError that names the first layer that does not fit, OptionError where the shape is
    not known, NotationError and InputError for a network that can't be read.

    >>> summarize("Conv2D(10, 5)", (300, 300, 3)).layers[0].formula
    '(5×5×3 + 1) × 10 = 760'
    """
    source = read_network(layers, Caller(say), input_shape)
    return summary.summarize(source.layers, require_shape(source))
