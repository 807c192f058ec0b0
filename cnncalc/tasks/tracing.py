"""From a network and an image to the trace of the one on the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnncalc import trace as traces
from cnncalc.errors import OptionError, ShapeError
from cnncalc.files.pixels import CHANNELS, PixelHeader, PixelInput, pixel_values
from cnncalc.files.source import is_pillow
from cnncalc.files.states import is_state
from cnncalc.layers import Layer, Shape
from cnncalc.layers.base import size_text
from cnncalc.layers.names import named as named_layers
from cnncalc.network import Array, Network, image_shape, layers_on_images
from cnncalc.provenance import Provenance
from cnncalc.shapes import Size
from cnncalc.tasks.argument_checks import given_seed, local, named, optional_path
from cnncalc.tasks.arguments import Caller, ImageLike, NetworkLike, Say, ignore
from cnncalc.tasks.calculation import RequireNetwork, announced_layers, calculated_trace
from cnncalc.tasks.class_numbers import class_names
from cnncalc.tasks.differences import say_unseen
from cnncalc.tasks.inputs import image_origin, image_remarks, read_given, with_layers
from cnncalc.tasks.memory import Keep, keep_all, require_memory
from cnncalc.tasks.models import build_network
from cnncalc.tasks.network_options import FittingOptions, NetworkOptions, WeightOptions
from cnncalc.tasks.networks import NetworkSource, read_network, say_planes
from cnncalc.tasks.options import InputOptions
from cnncalc.trace import PassingTrace, Trace
from cnncalc.training.unseen import resized_text

if TYPE_CHECKING:
    from cnncalc.files.keras_training import Training
    from cnncalc.files.photos import Fit

__all__ = [
    "FittedImage",
    "Prepare",
    "Prepared",
    "RecordOptions",
    "TracedImage",
    "fit_image",
    "keep_last",
    "pass_image",
    "record",
    "recorded",
    "trace_image",
]


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
    Raises ShapeError for an image of another shape, OptionError for one of no finite numbers and
    for results that grow beyond float64, NotationError and InputError for what can't be read.

    >>> trace = record("MaxPooling2D(2); Flatten()", "article:6x6")
    >>> trace.output.astype(int).tolist()
    [121, 239, 244, 154, 235, 221, 253, 225, 245]
    """
    from cnncalc.tasks.notebook.traces import NotebookTrace  # no command waits for it

    options = RecordOptions(input_shape, weights, seed, resize, say)
    return NotebookTrace.of(recorded(network, image, options, drawn))


@dataclass(frozen=True)
class RecordOptions:
    """What `record` takes besides a network and an image."""

    input_shape: Shape | None = None
    weights: str | Path | None = None
    seed: int = 0
    resize: bool = False
    say: Say = ignore

    @property
    def are_none(self) -> bool:
        """Whether nothing is asked for of what is read."""
        return (self.input_shape, self.weights, self.seed, self.resize) == (None, None, 0, False)


def recorded(
    network: NetworkLike,
    image: ImageLike | None,
    options: RecordOptions,
    drawn: Sequence[tuple[Array, ...]] = (),
    keep: Keep = keep_all,
) -> Trace:
    """Return what `record` does, or the steps of the layers to `keep` alone."""
    caller = Caller(options.say)
    is_array = image is not None and not isinstance(image, str | Path) and not is_pillow(image)
    if isinstance(network, Network) and is_array and options.are_none:
        return traces.record(network, image, drawn, keep(network.layers, network.input_shape))
    if drawn:
        message = "drawn goes with a Network and an array alone. Received: more to be read"
        raise OptionError(message)
    weights = optional_path(options.weights, "weights")
    traced = trace_image(
        NetworkOptions(local(network, "network"), options.input_shape),
        WeightOptions(weights, given_seed(options.seed)),
        InputOptions(named(image, "image")),
        FittingOptions(options.resize),
        caller,
        keep=keep,
    )
    return traced.trace


class Prepared(NamedTuple):
    """A network and an image as a gradient is of them; whether photos were `brought` to a range."""

    source: NetworkSource
    image: PixelInput
    brought: bool = False


Prepare = Callable[[NetworkSource, PixelInput], Prepared]


@dataclass(frozen=True)
class FittedImage:
    """An image, the network that takes it, where both come from, and what the classes are.

    Nothing is computed yet.

    `training` is how the network's file says that it is trained, None where it has none.
    """

    image: PixelInput
    network: Network
    provenance: Provenance
    class_names: tuple[str, ...]
    training: Training | None = None


@dataclass(frozen=True)
class TracedImage:
    """An image, every step of its way through a network, where both come from, the classes."""

    image: PixelInput
    trace: Trace
    provenance: Provenance
    class_names: tuple[str, ...]


def trace_image(
    wanted: NetworkOptions,
    initial: WeightOptions,
    given: InputOptions,
    fitting: FittingOptions,
    caller: Caller,
    require: RequireNetwork | None = None,
    keep: Keep = keep_all,
) -> TracedImage:
    """Read the network and the image, run the one on the other, and say what was assumed.

    Arguments: the options; the `caller`; `require`, which may refuse the network before it runs;
    which layers to `keep`.
    Raises ShapeError where the image does not fit the network, or the trace not into memory.
    """
    fitted = fit_image(wanted, initial, given, fitting, caller, keep=keep)
    if require is not None:
        require(fitted.network)
    network = fitted.network
    kept = keep(network.layers, network.input_shape)
    trace = calculated_trace(network, fitted.image, fitted.provenance, caller, kept)
    return TracedImage(fitted.image, trace, fitted.provenance, fitted.class_names)


def keep_last(layers: Sequence[Layer], input_shape: Shape) -> Sequence[str]:
    """Have a trace keep the steps of the last layer alone, the network's result."""
    return [named_layers(layers)[-1].name]


def pass_image(
    wanted: NetworkOptions,
    initial: WeightOptions,
    given: InputOptions,
    fitting: FittingOptions,
    caller: Caller,
) -> tuple[FittedImage, PassingTrace]:
    """Read the network and the image as `trace_image`, for a trace whose layers pass one by one."""
    fitted = fit_image(wanted, initial, given, fitting, caller, keep=keep_last)
    trace = traces.record_passing(fitted.network, fitted.image.values)
    walk = partial(announced_layers, trace, fitted.image, caller)
    return fitted, replace(trace, walk=walk, provenance=fitted.provenance)


def fit_image(
    wanted: NetworkOptions,
    initial: WeightOptions,
    given: InputOptions,
    fitting: FittingOptions,
    caller: Caller,
    prepare: Prepare = Prepared,
    keep: Keep = keep_all,
) -> FittedImage:
    """Read the network and the image, and make the one fit the other; as `trace_image`.

    Arguments: `prepare`, which returns both as the network is trained on the image; left out, they
    stay as they are; which layers a trace will `keep`.
    """
    given = _with_saved_image(given, wanted)
    source = _on_images(read_network(wanted.network, caller, wanted.input_shape), caller)
    image = _fitting_image(given, source, caller, keep, resize=fitting.resize)
    source, image, brought = prepare(source, image)
    built = build_network(source, image.values.shape, initial, caller)
    unlike = say_unseen(built.learnt, image, caller, brought=brought)
    names = class_names(fitting, source, built.network.shapes[-1])
    origins = Provenance(
        caller.command, source.origin, built.origin, image=image_origin(given.source, image)
    )
    remarks = image_remarks(image, *unlike)
    origins = with_layers(replace(origins, remarks=remarks), built.network)
    return FittedImage(image, built.network, origins, names, source.training)


def _with_saved_image(given: InputOptions, wanted: NetworkOptions) -> InputOptions:
    """Return the options of the image: of a page's state without INPUT, its own."""
    is_saved = given.source is None and is_state(wanted.network)
    return replace(given, source=str(wanted.network)) if is_saved else given


def _on_images(source: NetworkSource, caller: Caller) -> NetworkSource:
    """Return the network for images with a channel axis; see `layers_on_images`."""
    shape = source.input_shape
    if shape is None:
        return source
    say_planes(shape, caller)
    layers = layers_on_images(source.layers, shape)
    return replace(source, layers=layers, input_shape=image_shape(shape))


def _fitting_image(
    given: InputOptions, source: NetworkSource, caller: Caller, keep: Keep, *, resize: bool
) -> PixelInput:
    """Read an image with as many channels as the network takes, and resize it if asked to."""
    shape = source.input_shape

    def check(header: PixelHeader) -> None:
        _require_fit(header, source, resize=resize)
        smaller = "name a smaller image, or --resize it to a smaller --input-shape"
        taken = shape or header.shape
        require_memory(source.layers, taken, header, keep(source.layers, taken), smaller=smaller)

    channels = CHANNELS.get(shape[-1], "as-is") if shape else "as-is"
    image = read_given(given, caller, channels, check)
    if shape is None or image.values.shape == shape:
        return image
    return _resized(image, shape, source.fit, caller)


def _require_fit(header: PixelHeader, source: NetworkSource, *, resize: bool) -> None:
    """Raise ShapeError for an image of another shape than the network takes."""
    shape = source.input_shape
    if shape is None or header.shape == shape:
        return
    if resize and len(shape) == 3 and header.shape[2] == shape[2]:
        return
    message = (
        f"the network takes {size_text(shape)}, the image {header.name} is "
        f"{size_text(header.shape)}; {_hint(header, source, shape)}"
    )
    raise ShapeError(message)


def _hint(image: PixelHeader, source: NetworkSource, shape: Shape) -> str:
    """Say what may be done about an image of another shape than the network takes."""
    if len(shape) != 3:
        return "an image must be flattened first: begin the network with Flatten()"
    if image.shape[2] != shape[2]:
        return f"name an INPUT with {shape[2]} channels"
    ways = ["add --resize"] if image.kind == "image" else ["name an INPUT of that size"]
    if source.weights is None:
        ways.append(f"fit the network to it by --input-shape {','.join(map(str, image.shape))}")
    return ", or ".join(ways)


def _resized(image: PixelInput, shape: Shape, fit: Fit, caller: Caller) -> PixelInput:
    from cnncalc.files.photos import PhotoShape, fit_photo

    if not image.holds_levels:
        message = (
            "--resize takes images of up to 16 bits a channel, whose values are from 0 to 255. "
            f"Received: {image.description}"
        )
        raise OptionError(message)
    height, width, channels = shape
    pixels = np.rint(image.values).astype(np.uint8)
    resized = fit_photo(pixels, PhotoShape(height, width, channels, fit))
    before = Size(*pixels.shape[:2])
    said = resized_text(before, Size(height, width), fit)
    caller.remark(f"{image.name}: {said}")
    return replace(image, values=pixel_values(resized), notes=(*image.notes, said))
