"""Networks with their weights: models that were trained, and networks that are given some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.errors import InputError, OptionError, received
from cnncalc.files.paths import file_origin, quoted
from cnncalc.files.states import is_state
from cnncalc.layers import Layer, Shape
from cnncalc.network import Network, assemble, initialize, require_finite_weights, walk
from cnncalc.provenance import Origin
from cnncalc.tasks.arguments import Caller, ModelLike, is_live
from cnncalc.tasks.live_models import saved_model
from cnncalc.tasks.network_options import WeightOptions
from cnncalc.tasks.networks import NetworkSource

if TYPE_CHECKING:
    from cnncalc.files.trained_models import TrainedModel
    from cnncalc.training.learnt_images import LearntImages

__all__ = [
    "BuiltNetwork",
    "KnownModel",
    "build_network",
    "read_trained",
]


class KnownModel(NamedTuple):
    """A trained model, what it is called in messages, and where it comes from."""

    trained: TrainedModel
    name: str
    origin: Origin


def read_trained(model: ModelLike) -> KnownModel:
    """Read a model that classifies images.

    Arguments: the `model`, a `.keras` file's path, a live Keras model, a Network with its weights,
    or a TrainedModel.
    Raises InputError where it can't be read, or is none.
    """
    from cnncalc.files.keras_training import Training
    from cnncalc.files.trained_models import TrainedModel, read_model, require_classifier

    if isinstance(model, str | Path):
        path = Path(model)
        if is_state(path):
            from cnncalc.tasks.saved_states import refuse_state

            refuse_state(path, "no .keras file")
        return KnownModel(read_model(path), quoted(path), file_origin(path))
    if is_live(model):
        with saved_model(model) as path:
            return KnownModel(read_model(path), "the model", Origin("Python", "a Keras model"))
    if isinstance(model, Network):
        model = TrainedModel(model, (), "stretch", Training())
    if not isinstance(model, TrainedModel):
        message = (
            "a model must be a .keras file's path, a Keras model, a Network or a TrainedModel. "
            f"Received: {received(model)}"
        )
        raise OptionError(message)
    require_classifier(model.network, "the model")
    return KnownModel(model, "the model", Origin("Python", "a trained network"))


class BuiltNetwork(NamedTuple):
    """A network, the origin of its weights, and what their file says of the images learnt.

    The origin is None where the network has no weights; `learnt` where no file says it.
    """

    network: Network
    origin: Origin | None
    learnt: LearntImages | None


def build_network(
    source: NetworkSource, input_shape: Shape, initial: WeightOptions, caller: Caller
) -> BuiltNetwork:
    """Put a network and its weights together, and say where these come from.

    Arguments: the `source`; one image's `input_shape`; the options of the weights, which count
    more than the source's own; the `caller`.
    Raises ShapeError that names the layer that does not fit, InputError for unusable files.
    """
    learnt, origin = source.learnt, source.weights_origin or source.origin
    if initial.weights is not None:
        initial.refuse_idle_seed(f"--weights {initial.weights}")
        network, learnt = _weighted(source.layers, input_shape, initial.weights)
        origin = file_origin(initial.weights)
        require_finite_weights(network, quoted(initial.weights))
        caller.remark(f"weights: {initial.weights}")
    elif source.weights is not None:
        initial.refuse_idle_seed(f"the weights of {quoted(source.file or source.name)}")
        network = assemble(source.layers, input_shape, source.weights)
        require_finite_weights(network, quoted(source.file or source.name))
    else:
        seed = initial.seed or 0
        network = initialize(source.layers, input_shape, seed)
        origin = Origin("seed", seed=seed)
        _say_drawn(network, initial, caller)
    for note in network.notes:
        caller.remark(note)
    return BuiltNetwork(network, origin if any(network.weights) else None, learnt)


def _say_drawn(network: Network, initial: WeightOptions, caller: Caller) -> None:
    """Say that weights were drawn, where the network has any."""
    if not any(network.weights):
        initial.refuse_idle_seed("a network without weights")
        return
    caller.remark(
        f"weights: untrained, drawn as Keras does (Glorot uniform) from seed {initial.seed or 0}"
    )


def _weighted(
    layers: Sequence[Layer], input_shape: Shape, path: Path
) -> tuple[Network, LearntImages | None]:
    """Take the weights of another file for layers of the same shapes, and what it has learnt."""
    from cnncalc.files.keras_archive import read_keras, read_weights
    from cnncalc.files.other_models import refuse_other_model
    from cnncalc.files.trained_models import about_model

    refuse_other_model(path, weights=True)
    if path.suffix.lower() == ".h5":
        return read_weights(path, initialize(layers, input_shape)), None
    if path.suffix.lower() != ".keras":
        message = f"--weights must be a .keras or .weights.h5 file. Received: {quoted(path)}"
        raise OptionError(message)
    model = read_keras(path, input_shape)
    found = [weights for weights in model.network.weights if weights]
    weighted = [bool(layer.weight_shapes(shape)) for layer, shape in walk(layers, input_shape)]
    if sum(weighted) != len(found):
        message = (
            f"{quoted(path)} must hold weights for the network's {sum(weighted)} layers that have "
            f"some. Received: weights for {len(found)}"
        )
        raise InputError(message)
    remaining = iter(found)
    weights = [next(remaining) if has else {} for has in weighted]
    return assemble(layers, input_shape, weights), about_model(model).learnt
