"""How a `.keras` file says that a model is trained: its optimizer, the optimizer's state, its loss.

Keras goes on training from what is written here; so does cnncalc from what Keras writes, as far
as it has the same optimizer and loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import OptionError
from cnncalc.files.keras_archive import KerasModel, Variables
from cnncalc.network import Network
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizers import OPTIMIZERS, Optimizer, OptimizerState, initial_state
from cnncalc.training.schedules import CosineDecay, ExponentialDecay, Schedule
from cnncalc.training.state import trainable

__all__ = ["Training", "compile_config", "optimizer_variables", "read_training"]

Array = NDArray[Any]

_SCHEDULES: Mapping[str, type[Schedule]] = {
    "ExponentialDecay": ExponentialDecay,
    "CosineDecay": CosineDecay,
}
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
    """What a file says of a model's training; None for what it doesn't say, or we don't have."""

    loss: Loss | None = None
    optimizer: Optimizer | None = None
    state: OptimizerState | None = None


def compile_config(loss: Loss, optimizer: Optimizer) -> dict[str, Any]:
    """Return Keras's compile_config of a model trained with this loss and optimizer.

    >>> from cnncalc.training.optimizers import SGD
    >>> config = compile_config(LOSSES["mean_squared_error"], SGD(momentum=0.9))
    >>> config["optimizer"]["class_name"], config["optimizer"]["config"]["momentum"]
    ('SGD', 0.9)
    """
    options = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    if is_dataclass(optimizer.learning_rate):
        schedule = type(optimizer.learning_rate).__name__
        options["learning_rate"] = _serialized(
            "keras.optimizers.schedules", schedule, asdict(optimizer.learning_rate)
        )
    kind = type(optimizer).__name__
    options["name"] = _snake_case(kind)
    return {
        "optimizer": _serialized("keras.optimizers", kind, options),
        "loss": loss.name,
        **_COMPILE_DEFAULTS,
    }


def _serialized(module: str, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    return {"module": module, "class_name": kind, "config": dict(config), "registered_name": None}


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def optimizer_variables(optimizer: Optimizer, state: OptimizerState) -> Variables:
    """Return an optimizer's state as Keras stores it.

    These are the steps taken, the learning rate where it is a number, and the slots.
    """
    scalars = [np.array(state.iterations, np.int32)]
    if not is_dataclass(optimizer.learning_rate):
        scalars.append(np.array(optimizer.learning_rate, np.float32))
    slots = [state.slots[weight][name] for weight, name in _slot_order(optimizer, state)]
    return Variables(_snake_case(type(optimizer).__name__), (*scalars, *slots))


def _slot_order(optimizer: Optimizer, state: OptimizerState) -> list[tuple[int, str]]:
    """Return (weight, slot) in Keras's order: groups of slots, weights in them, slots of each."""
    return [
        (weight, name)
        for group in optimizer.slot_groups
        for weight in range(len(state.slots))
        for name in group
    ]


def read_training(model: KerasModel) -> Training:
    """Return what a `.keras` file says of the model's training.

    What is damaged or not known counts as not said: the network is of use without it.
    """
    config = model.compile_config or {}
    loss = _loss(config.get("loss"))
    try:
        optimizer = _optimizer(config.get("optimizer"))
    except (KeyError, TypeError, AttributeError, OptionError):
        return Training(loss)
    variables = model.extra.get("optimizer")
    state = _state(optimizer, model.network, variables.arrays) if variables else None
    return Training(loss, optimizer, state)


def _loss(config: Any) -> Loss | None:  # noqa: ANN401 (JSON)
    if isinstance(config, Mapping):
        own = config.get("config")
        if isinstance(own, Mapping) and own.get("from_logits"):
            return None
        config = _snake_case(str(config.get("class_name")))
    # Labels are class numbers here, whichever way the targets were written in Keras.
    return LOSSES.get(str(config).removeprefix("sparse_"))


def _optimizer(config: Any) -> Optimizer:  # noqa: ANN401 (JSON)
    kind = OPTIMIZERS[config["class_name"].lower()]
    own = {field.name for field in fields(kind)}
    options = {name: value for name, value in config["config"].items() if name in own}
    options["learning_rate"] = _learning_rate(options["learning_rate"])
    return kind(**options)


def _learning_rate(value: Any) -> float | Schedule:  # noqa: ANN401 (JSON)
    if isinstance(value, Mapping):
        kind = _SCHEDULES[value["class_name"]]
        own = {field.name for field in fields(kind)}
        return kind(**{name: each for name, each in value["config"].items() if name in own})
    # Keras keeps the rate in float32: 0.001 comes back as 0.0010000000474974513.
    return float(str(np.float32(value)))


def _state(
    optimizer: Optimizer, network: Network, arrays: Sequence[Array]
) -> OptimizerState | None:
    weights = [network.weights[layer][name] for layer, name in trainable(network)]
    state = initial_state(optimizer, weights)
    order = _slot_order(optimizer, state)
    scalars = 1 if is_dataclass(optimizer.learning_rate) else 2
    if len(arrays) != scalars + len(order) or arrays[0].shape:
        return None
    state.iterations = int(arrays[0])
    for (weight, name), array in zip(order, arrays[scalars:], strict=True):
        slot = state.slots[weight][name]
        if array.shape != slot.shape:
            return None
        slot[...] = array
    return state
