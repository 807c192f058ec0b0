"""NETWORK as people name it: Keras calls, a file of them, a .keras file, `article`, an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.article import CLASS_NAMES, LISTING
from cnncalc.errors import InputError, NotationError, OptionError, received
from cnncalc.files.paths import check_readable, did_you_mean, file_origin, printable, quoted
from cnncalc.files.states import is_state
from cnncalc.layers import Layer, Shape
from cnncalc.network import Network, Weights, assemble
from cnncalc.notation import parse
from cnncalc.provenance import Origin
from cnncalc.tasks.argument_checks import local
from cnncalc.tasks.arguments import Caller, NetworkLike, Say, ignore, is_live
from cnncalc.tasks.live_models import saved_model
from cnncalc.tasks.network_options import NetworkOptions

if TYPE_CHECKING:
    from cnncalc.files.keras_training import Training
    from cnncalc.files.photos import Fit
    from cnncalc.summary import Summary
    from cnncalc.training.learnt_images import LearntImages

__all__ = [
    "ARTICLE",
    "NetworkSource",
    "names_archive",
    "read_network",
    "require_shape",
    "say_planes",
    "summarize",
]

ARTICLE = "article"
# What Keras calls a network that has no name: a chain, and one that branches.
SEQUENTIAL, FUNCTIONAL = "sequential", "functional"
_EXAMPLE = "'Conv2D(10, 5); Flatten(); Dense(2)'"
# A listing that is longer is no listing; `notation` has the same limit.
LONGEST_FILE = 1_000_000


@dataclass(frozen=True)
class NetworkSource:
    """What NETWORK stands for: layers, and as far as it says them, shape, weights and classes.

    `name` is for headings: the file's, or `article`, or "sequential" or "functional" as Keras has
    it. `fit` is how photos are made to fit the input; `training` is how a .keras file, or the
    `model.compile` of a listing, says that it is trained; `file` is that .keras file; `learnt` is
    what it says of the images that it was trained on.
    `origin` is where all of it comes from, None for layers that are put together elsewhere;
    `weights_origin` where the weights do, None where they come with the rest.
    """

    layers: tuple[Layer, ...]
    name: str = SEQUENTIAL
    input_shape: Shape | None = None
    weights: tuple[Weights, ...] | None = None
    class_names: tuple[str, ...] = ()
    fit: Fit = "stretch"
    training: Training | None = None
    file: Path | None = None
    learnt: LearntImages | None = None
    origin: Origin | None = None
    weights_origin: Origin | None = None


def read_network(
    network: NetworkLike, caller: Caller, input_shape: Shape | None = None
) -> NetworkSource:
    """Read NETWORK, and tell the caller what was left out of it.

    Arguments: the `network`, a text or a path, layers, a Network, or a live Keras model; the
    `caller`; the `input_shape` that the user gives, which counts more than the network's own.
    Raises InputError, NotationError or OptionError for what is no network.
    """
    if isinstance(network, str | Path):
        return _named(str(network), caller, input_shape)
    if is_live(network):
        with saved_model(network) as path:
            source = _archived(path, caller, input_shape)
        return replace(source, file=None, origin=Origin("Python", "a Keras model"))
    source = _in_memory(network)
    return replace(source, input_shape=input_shape or source.input_shape)


def _in_memory(network: object) -> NetworkSource:
    """Return what a trained model, a Network, or layers in order stand for."""
    from cnncalc.files.trained_models import TrainedModel

    if isinstance(network, TrainedModel):
        source = _in_memory(network.network)
        return replace(
            source,
            class_names=network.class_names,
            fit=network.fit,
            training=network.training,
            learnt=network.learnt,
        )
    if isinstance(network, Network):
        origin = Origin("Python", "a network")
        weights = network.weights if any(network.weights) else None
        return NetworkSource(
            network.layers, input_shape=network.input_shape, weights=weights, origin=origin
        )
    layers = tuple(network) if isinstance(network, Sequence) else ()
    if layers and all(isinstance(layer, Layer) for layer in layers):
        return NetworkSource(layers, origin=Origin("Python", "layers"))
    message = (
        "a network must be a text, a file's name, layers in order, a Network or a Keras model. "
        f"Received: {received(network)}"
    )
    raise OptionError(message)


def _named(text: str, caller: Caller, input_shape: Shape | None) -> NetworkSource:
    if not text.strip():
        message = (
            f"NETWORK is empty. Expected layers such as {_EXAMPLE}, a file of them, a .keras file, "
            f"or {ARTICLE}"
        )
        raise InputError(message)
    if text == ARTICLE:
        origin = Origin("article", "its network")
        source = _written(LISTING, origin, caller, "the article's network", CLASS_NAMES)
    elif "(" in text:
        source = _written(text, Origin("command", printable(text)), caller)
    elif is_state(text):
        source = _saved(Path(text))
    elif names_archive(text):
        return _archived(Path(text), caller, input_shape)
    else:
        source = _listed(Path(text), caller)
    return replace(source, input_shape=input_shape or source.input_shape)


def _saved(path: Path) -> NetworkSource:
    """Read the network of a page's saved state."""
    from cnncalc.tasks.saved_states import saved_state

    state = saved_state(path)
    network = state.network
    return NetworkSource(
        network.layers,
        printable(path.name),
        network.input_shape,
        network.weights if any(network.weights) else None,
        state.class_names,
        origin=state.origin,
        weights_origin=state.weights_origin,
    )


def names_archive(text: str) -> bool:
    """Tell whether NETWORK is a `.keras` file, by its name or, whatever that is, by its content."""
    if "(" in text:
        return False
    from cnncalc.files.other_models import is_archive

    return Path(text).suffix.lower() == ".keras" or is_archive(Path(text))


def _written(
    text: str, origin: Origin, caller: Caller, name: str = SEQUENTIAL, classes: tuple[str, ...] = ()
) -> NetworkSource:
    written = parse(text)
    if name == SEQUENTIAL and any(layer.inputs for layer in written.layers):
        name = FUNCTIONAL
    for note in written.notes:
        caller.remark(note)
    return NetworkSource(
        layers=written.layers,
        name=name,
        input_shape=written.input_shape,
        class_names=classes,
        training=_listed_training(dict(written.compiled)),
        origin=origin,
    )


def _listed_training(compiled: Mapping[str, str]) -> Training | None:
    """Return how a listing's `model.compile` says that the network is trained, if it has one."""
    if not compiled:
        return None
    # Imported here: only few networks are written with it.
    from cnncalc.files.keras_training import Training
    from cnncalc.training.uncalculated import listed_loss, listed_optimizer, listed_options

    loss, optimizer = compiled.get("loss"), compiled.get("optimizer")
    return Training(
        loss=None if loss is None else listed_loss(loss),
        optimizer=None if optimizer is None else listed_optimizer(optimizer),
        uncalculated=listed_options(compiled),
    )


def _listed(path: Path, caller: Caller) -> NetworkSource:
    """Read a file of notation."""
    from cnncalc.files.other_models import refuse_other_model

    refuse_other_model(path)
    if not path.exists():
        message = (
            f"NETWORK must be layers such as {_EXAMPLE}, a file of them, "
            f"a .keras file, or {ARTICLE}. Received: {quoted(str(path))}, which is no file."
            f"{did_you_mean(str(path), [ARTICLE])}"
        )
        raise InputError(message)
    if check_readable(path) > LONGEST_FILE:
        message = f"{quoted(path)} must be a listing of at most {LONGEST_FILE:,} bytes"
        raise InputError(message)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        message = f"{quoted(path)} must be a text with a network's layers. Received: no UTF-8 text"
        raise InputError(message) from error
    try:
        return _written(text, file_origin(path), caller, path.name)
    except NotationError as error:
        mark = "," if str(error).startswith("line ") else ":"
        message = f"{quoted(path)}{mark} {error}"
        raise NotationError(message) from error


def _archived(path: Path, caller: Caller, input_shape: Shape | None) -> NetworkSource:
    # h5py and Pillow, where needed.
    from cnncalc.files.keras_archive import read_keras
    from cnncalc.files.keras_training import read_training
    from cnncalc.files.trained_models import about_model

    model = read_keras(path, input_shape)
    for note in model.notes:
        caller.remark(note)
    network = model.network
    about = about_model(model)
    return NetworkSource(
        layers=network.layers,
        name=model.name,
        input_shape=input_shape or network.input_shape,
        weights=network.weights,
        class_names=about.class_names,
        fit=about.fit,
        training=read_training(model),
        file=path,
        learnt=about.learnt,
        origin=file_origin(path),
    )


def say_planes(input_shape: Shape, caller: Caller) -> None:
    """Say that a network takes images without their channel axis, where it does."""
    if len(input_shape) == 2:
        size = "×".join(map(str, input_shape))
        caller.remark(
            f"the network takes {size} numbers without a channel axis: images are read as grey"
        )


def require_shape(source: NetworkSource) -> Shape:
    """Return the shape of the network's input; raise OptionError where nothing tells it."""
    if source.input_shape is None:
        message = (
            "the shape of the network's input must be known: add --input-shape 28,28,1, or begin "
            "the network with Input((28, 28, 1)). Received: neither"
        )
        raise OptionError(message)
    return source.input_shape


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
    wanted = NetworkOptions(local(layers, "layers"), input_shape)
    source = read_network(wanted.network, Caller(say), wanted.input_shape)
    shape = require_shape(source)
    if source.weights is not None:
        assemble(source.layers, shape, source.weights)  # an input that they are not made for
    # No other task waits for them.
    from cnncalc import summary
    from cnncalc.tasks.notebook.summaries import NotebookSummary

    return NotebookSummary.of(summary.summarize(source.layers, shape))
