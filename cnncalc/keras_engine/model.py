"""cnncalc's network as a compiled model of Keras, and the way of its numbers there and back.

The model is made from what cnncalc writes into a `.keras` file, so that there is one description
of the network and its optimizer in Keras's terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc.errors import OptionError
from cnncalc.files.keras_archive import unknown_to_keras
from cnncalc.files.keras_config_writing import keras_layers, write_config
from cnncalc.files.keras_training import compile_config, optimizer_variables
from cnncalc.keras_engine.backend import import_keras
from cnncalc.layers import LINEAR, AveragePooling2D, Shape
from cnncalc.layers.vocabulary import LAYERS
from cnncalc.network import Array, Network
from cnncalc.training.objective import Objective
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import TrainingState

__all__ = ["build_model", "fetch_state", "load_state", "require_even_pooling", "require_known"]


def require_known(network: Network) -> None:
    """Raise OptionError where Keras has no such layer, or the weights are not in float32."""
    unknown = unknown_to_keras(network)
    if unknown:
        message = (
            "engine keras can train layers that Keras has, engine numpy trains all. "
            f"Received: {', '.join(unknown)}"
        )
        raise OptionError(message)
    dtypes = {str(array.dtype) for weights in network.weights for array in weights.values()}
    if dtypes - {"float32"}:
        message = (
            "engine keras trains weights in float32, engine numpy in float64, too. "
            f"Received: {', '.join(sorted(dtypes))}"
        )
        raise OptionError(message)


def require_even_pooling(network: Network) -> None:
    """Raise OptionError for average pooling that Keras gets wrong on PyTorch.

    Where "same" pads more after than before, Keras 3.15 averages copies of the edge there (`pad`
    with mode="replicate" in keras/src/backend/torch/nn.py), and the pixels alone elsewhere.
    """
    uneven = [
        layer.name
        for layer, shape in zip(network.layers, network.input_shapes, strict=True)
        if isinstance(layer, AveragePooling2D)
        and layer.padding == "same"
        and _is_uneven(layer, shape)
    ]
    if uneven:
        message = (
            "Keras on PyTorch averages copies of the edge where padding='same' is uneven; "
            "KERAS_BACKEND=jax or tensorflow, and engine numpy, average what is there. "
            f"Received: KERAS_BACKEND=torch, {', '.join(uneven)}"
        )
        raise OptionError(message)


def _is_uneven(layer: AveragePooling2D, shape: Shape) -> bool:
    pads = layer.geometry(shape).pads
    return pads.top != pads.bottom or pads.left != pads.right


def build_model(objective: Objective, plan: TrainingPlan) -> Any:
    """Return a compiled model, with initial weights of its own.

    Its output is the `objective`'s: where loss and last activation are computed together, the
    model ends in logits. So all backends compute what cnncalc does; from probabilities, some would
    lose the gradient of a saturated output.
    """
    keras = import_keras()
    keras.config.set_image_data_format("channels_last")  # whatever Keras's own file says
    kind = (
        keras.Model if any(layer.inputs for layer in objective.network.layers) else keras.Sequential
    )
    model = kind.from_config(_config(objective.network))
    described = compile_config(plan.loss, plan.optimizer)["optimizer"]
    is_peeled = objective.activation != LINEAR
    model.compile(
        keras.optimizers.deserialize(described),
        _loss(plan.loss.name, objective.from_logits),
        metrics=[_accuracy(objective.network.shapes[-1][0], is_peeled)],
    )
    model.optimizer.build(model.trainable_variables)
    _level_l1_at_zero(model)
    return model


def _level_l1_at_zero(model: Any) -> None:
    """Have the slope of |w| be 0 at 0, where biases begin; on JAX it would be 1."""
    ops = import_keras().ops

    def replace_l1(regularizer: Any) -> Callable[[Any], Any]:
        def penalty(weight: Any) -> Any:
            rest = getattr(regularizer, "l2", 0.0) * ops.sum(ops.square(weight))
            return regularizer.l1 * ops.sum(weight * ops.sign(weight)) + rest

        return penalty

    for variable in model.trainable_variables:
        if getattr(variable.regularizer, "l1", 0.0):
            variable.regularizer = replace_l1(variable.regularizer)


def _config(network: Network) -> dict[str, Any]:
    """Return what Keras makes a model from; its dropout draws from a seed that can be set."""
    config: dict[str, Any] = write_config(network, "", "float32", None)["config"]
    for layer in config["layers"]:
        if LAYERS[layer["class_name"]].is_random:
            layer["config"]["seed"] = 0  # without any, PyTorch's one generator would be drawn from
    return config


def _loss(name: str, from_logits: bool) -> Callable[[Any, Any], Any]:
    function = getattr(import_keras().losses, name)

    options = {"from_logits": True} if from_logits else {}

    def loss(wanted: Any, outputs: Any) -> Any:
        # Multiplied, they are no activation's output any more: TensorFlow would compute every loss
        # from the numbers that a softmax or sigmoid was given, whether it belongs to them or not.
        return function(wanted, outputs * 1, **options)

    return loss


def _accuracy(units: int, is_peeled: bool) -> Callable[[Any, Any], Any]:
    """Return the metric that Keras calls "accuracy", also of a model without its last sigmoid."""
    ops = import_keras().ops
    least = 0.0 if is_peeled else 0.5

    def accuracy(wanted: Any, outputs: Any) -> Any:
        if units == 1:
            return ops.cast(ops.equal(outputs > least, wanted > 0.5), "float32")
        right = ops.equal(ops.argmax(outputs, axis=-1), ops.argmax(wanted, axis=-1))
        return ops.cast(right, "float32")

    return accuracy


def load_state(model: Any, plan: TrainingPlan, state: TrainingState) -> None:
    """Give a model the weights of a training, and its optimizer what it remembers."""
    for variable, array in _pairs(model, plan, state):
        variable.assign(array)


def fetch_state(model: Any, plan: TrainingPlan, state: TrainingState) -> None:
    """Copy a model's weights, and what its optimizer remembers, into the arrays of a training."""
    to_numpy = import_keras().ops.convert_to_numpy
    for variable, array in _pairs(model, plan, state):
        array[...] = to_numpy(variable)


def _pairs(model: Any, plan: TrainingPlan, state: TrainingState) -> list[tuple[Any, Array]]:
    """Return each variable of the model beside the array that it belongs to."""
    weights_of = dict(
        zip((layer.name for layer in plan.network.layers), state.weights, strict=True)
    )
    names = [saved.layer.name for saved in keras_layers(plan.network)]
    weights = [array for name in names for array in weights_of.get(name, {}).values()]
    slots = optimizer_variables(plan.network, plan.optimizer, state.optimizer).arrays
    return [
        *zip(model.weights, weights, strict=True),
        *zip(model.optimizer.variables, slots, strict=True),
    ]
