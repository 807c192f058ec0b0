"""How a `.keras` file says that a model is trained: its optimizer, the optimizer's state, its loss.

Keras goes on training from what is written here; so does cnncalc from what Keras writes, as far
as it has the same optimizer and loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, Variables
from cnncalc.files.keras_compile_reading import (
    notes_on_logits,
    notes_on_metrics,
    read_loss,
    read_optimizer,
    read_rest,
)
from cnncalc.files.keras_config_writing import keras_layers
from cnncalc.files.keras_objects import serialized, snake_case
from cnncalc.network import Network
from cnncalc.ops.arrays import Array
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizer_step import OptimizerState, initial_state
from cnncalc.training.optimizers import OPTIMIZERS, Optimizer
from cnncalc.training.state import trainable
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["Training", "compile_config", "optimizer_variables", "read_training"]

_COMPILE_DEFAULTS = {
    "loss_weights": None,
    "metrics": ["accuracy"],
    "weighted_metrics": None,
    "run_eagerly": False,
    "steps_per_execution": 1,
    "jit_compile": False,
}


@dataclass(frozen=True)
class Training:
    """What a file says of a model's training; None for what it doesn't say, or we don't have.

    `uncalculated` is what it says and cnncalc doesn't calculate; where that is the whole loss or
    optimizer, there is none. `notes` are sentences on what may surprise in the rest.
    """

    loss: Loss | None = None
    optimizer: Optimizer | None = None
    state: OptimizerState | None = None
    uncalculated: tuple[Uncalculated, ...] = ()
    notes: tuple[str, ...] = ()


def compile_config(loss: Loss, optimizer: Optimizer) -> dict[str, Any]:
    """Return Keras's compile_config of a model trained with this loss and optimizer.

    >>> from cnncalc.training.losses import LOSSES
    >>> from cnncalc.training.optimizers import SGD
    >>> config = compile_config(LOSSES["mean_squared_error"], SGD(momentum=0.9))
    >>> config["optimizer"]["class_name"], config["optimizer"]["config"]["momentum"]
    ('SGD', 0.9)
    """
    kind = type(optimizer).__name__
    if type(optimizer) not in OPTIMIZERS.values():
        message = f"an optimizer must be one of {', '.join(OPTIMIZERS)}. Received: {kind}"
        raise TypeError(message)
    options = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    if is_dataclass(optimizer.learning_rate):
        schedule = type(optimizer.learning_rate).__name__
        options["learning_rate"] = serialized(
            "keras.optimizers.schedules", schedule, asdict(optimizer.learning_rate)
        )
    options["name"] = snake_case(kind)
    return {
        "optimizer": serialized("keras.optimizers", kind, options),
        "loss": _written_loss(loss),
        **_COMPILE_DEFAULTS,
    }


def _written_loss(loss: Loss) -> str | dict[str, Any]:
    if loss.name not in LOSSES:
        message = f"a loss must be one of {', '.join(LOSSES)}. Received: {loss.name}"
        raise TypeError(message)
    if not loss.from_logits:
        return loss.name
    kind = "".join(map(str.capitalize, loss.name.split("_")))
    return serialized("keras.losses", kind, {"from_logits": True})


def optimizer_variables(network: Network, optimizer: Optimizer, state: OptimizerState) -> Variables:
    """Return an optimizer's state as Keras stores it beside a network's weights.

    These are the steps taken, the learning rate where it is a number, and the slots, in the order
    of the weights in the file.
    """
    scalars = [np.array(state.iterations, np.int32)]
    if not is_dataclass(optimizer.learning_rate):
        scalars.append(np.array(optimizer.learning_rate, np.float32))
    weights = _weight_order(network, [saved.layer.name for saved in keras_layers(network)])
    slots = [state.slots[weight][name] for weight, name in _slot_order(optimizer, weights)]
    return Variables(snake_case(type(optimizer).__name__), (*scalars, *slots))


def _weight_order(network: Network, names: Sequence[str]) -> list[int]:
    """Return which of a network's learning weights stands where in a file.

    Arguments: the `network`; the `names` of its layers in the file's order. That is another one
    than the network's where the file has a layer more (zeros), or fewer (a model within a model).
    """
    order = {name: number for number, name in enumerate(names)}
    learning = trainable(network)
    return sorted(
        range(len(learning)), key=lambda weight: order[network.layers[learning[weight][0]].name]
    )


def _slot_order(optimizer: Optimizer, weights: Sequence[int]) -> list[tuple[int, str]]:
    """Return (weight, slot) in Keras's order: groups of slots, weights in them, slots of each."""
    return [
        (weight, name) for group in optimizer.slot_groups for weight in weights for name in group
    ]


def read_training(model: KerasModel) -> Training:
    """Return what a `.keras` file says of the model's training.

    What cnncalc doesn't calculate of it, in the layers, too, is in `uncalculated`.
    Raises InputError for a description that is nested without end.
    """
    try:
        return _training(model)
    except RecursionError as error:
        message = "the model's compile_config is nested too deeply"
        raise InputError(message) from error


def _training(model: KerasModel) -> Training:
    config = model.compile_config or {}
    loss, loss_options = read_loss(config)
    optimizer, optimizer_options = read_optimizer(config)
    options = (*model.uncalculated, *loss_options, *optimizer_options, *read_rest(config))
    variables = model.extra.get("optimizer")
    state, notes = None, [*notes_on_logits(loss, model.network), *notes_on_metrics(config)]
    if optimizer is not None and variables is not None:
        state = _state(optimizer, model, variables.arrays)
        if state is None and _steps(variables.arrays):
            notes.append(
                f"what the model's optimizer remembers of {_steps(variables.arrays):,} steps can't "
                "be taken: its variables are not those that Keras keeps for these weights"
            )
    return Training(loss, optimizer, state, options, tuple(notes))


def _steps(arrays: Sequence[Array]) -> int:
    """Return how many steps an optimizer counts, 0 where it counts none."""
    counts = arrays and arrays[0].shape == () and arrays[0].dtype.kind in "iu"
    return max(int(arrays[0]), 0) if counts else 0


def _state(
    optimizer: Optimizer, model: KerasModel, arrays: Sequence[Array]
) -> OptimizerState | None:
    """Return an optimizer's state, None where the variables are not those of its kind.

    They are the count of steps, the learning rate where it is a number, and the slots. Keras 2 has
    no learning rate among them, and of some optimizers slots that they don't use, too.
    """
    network = model.network
    weights = [network.weights[layer][name] for layer, name in trainable(network)]
    state = initial_state(optimizer, weights)
    order = _slot_order(optimizer, _weight_order(network, model.layer_names))
    scalars = [array for array in arrays[:2] if array.shape == ()]  # no weight is a single number
    slots = arrays[len(scalars) :]
    if optimizer.may_have_idle_slots and not order and len(slots) == len(weights):
        slots = ()
    if not scalars or not np.isfinite(scalars[0]) or len(slots) != len(order):
        return None
    state.iterations = _steps(arrays)
    for (weight, name), array in zip(order, slots, strict=True):
        slot = state.slots[weight][name]
        if array.shape != slot.shape:
            return None
        slot[...] = array
    return state
