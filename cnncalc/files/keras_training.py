"""How a `.keras` file says that a model is trained: its optimizer, the optimizer's state, its loss.

Keras goes on training from what is written here; so does cnncalc from what Keras writes, as far
as it has the same optimizer and loss.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import OptionError
from cnncalc.files.keras_archive import KerasModel, Variables
from cnncalc.files.paths import printable
from cnncalc.network import Network, without_last_activation
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
_LOSS_NAMES = {"bce": "binary_crossentropy", "mse": "mean_squared_error"}
# Of a model with one output in a row; the ema's arguments are nothing without use_ema.
_WITHOUT_EFFECT = (
    "name",
    "dtype",
    "axis",
    "jit_compile",
    "ema_momentum",
    "ema_overwrite_frequency",
)
_NEUTRAL = (None, False, 0, "sum_over_batch_size", "mean_with_sample_weight", "auto")
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

    `notes` are sentences on what it says that was left out.
    """

    loss: Loss | None = None
    optimizer: Optimizer | None = None
    state: OptimizerState | None = None
    notes: tuple[str, ...] = ()


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
        "loss": _written_loss(loss),
        **_COMPILE_DEFAULTS,
    }


def _written_loss(loss: Loss) -> str | dict[str, Any]:
    if not loss.from_logits:
        return loss.name
    kind = "".join(map(str.capitalize, loss.name.split("_")))
    return _serialized("keras.losses", kind, {"from_logits": True})


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
    loss, notes = _loss(config, model.network)
    try:
        optimizer = _optimizer(config["optimizer"])
    except OptionError as error:
        return Training(loss, notes=(*notes, f"the model's optimizer is not gone on with: {error}"))
    except (KeyError, TypeError, AttributeError, ValueError):
        return Training(loss, notes=notes)
    variables = model.extra.get("optimizer")
    state = _state(optimizer, model.network, variables.arrays) if variables else None
    return Training(loss, optimizer, state, notes)


def _loss(config: Mapping[str, Any], network: Network) -> tuple[Loss | None, tuple[str, ...]]:
    """Return a model's loss, and sentences on what it is not."""
    name, own = _named_loss(config.get("loss"))
    if name is None:
        return None, ()
    # Labels are class numbers here, whichever way the targets were written in Keras.
    loss = LOSSES.get(_LOSS_NAMES.get(name, name).removeprefix("sparse_"))
    if loss is None:
        return None, (f"the model's loss, {printable(name)}, is none that cnncalc has",)
    own = {**own, "loss_weights": config.get("loss_weights")}
    left_out = _unknown(own, ["from_logits"])
    notes = [f"the model's loss, {loss.name}, is taken without {left_out}"] if left_out else []
    if own.get("from_logits"):
        loss = replace(loss, from_logits=True)
        notes += _notes_on_logits(loss, network)
    return loss, tuple(notes)


def _named_loss(config: object) -> tuple[str | None, Mapping[str, Any]]:
    """Return a loss's name as a function, and its arguments."""
    if isinstance(config, list) and len(config) == 1:
        config = config[0]  # of the one output
    own: Any = {}
    if isinstance(config, Mapping):
        kind, own = config.get("class_name"), config.get("config")
        config = own if kind == "function" else kind
    name = None if config is None else _snake_case(str(config))
    return name, own if isinstance(own, Mapping) else {}


def _notes_on_logits(loss: Loss, network: Network) -> Iterator[str]:
    last = without_last_activation(network)[1]
    if last == loss.activation:
        yield (
            f"the loss takes what {last} puts out for logits, as its from_logits=True says and "
            f"Keras does on JAX and PyTorch; on TensorFlow it takes what goes into {last}"
        )
    elif network.shapes[-1] == (1,):
        yield (
            "the network's one output is a logit; as in Keras, its accuracy counts an output "
            "above 0.5 as yes"
        )


def _unknown(options: Mapping[str, Any], known: Collection[str]) -> str:
    """Return the arguments that we don't have, as far as they change anything."""
    return ", ".join(
        f"{printable(name)}={value!r}"
        for name, value in options.items()
        if name not in known and name not in _WITHOUT_EFFECT and value not in _NEUTRAL
    )


def _known(kind: type[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Keras object's arguments for ours; raise OptionError where we lack one."""
    own = {field.name for field in fields(kind)}
    unknown = _unknown(options, own)
    if unknown:
        message = f"cnncalc has no {kind.__name__} with {unknown}"
        raise OptionError(message)
    return {name: value for name, value in options.items() if name in own}


def _optimizer(config: Mapping[str, Any]) -> Optimizer:
    name = config["class_name"]
    if name.lower() not in OPTIMIZERS:
        message = f"cnncalc has no {printable(name)}"
        raise OptionError(message)
    kind = OPTIMIZERS[name.lower()]
    options = _known(kind, config["config"])
    options["learning_rate"] = _learning_rate(options["learning_rate"])
    return kind(**options)


def _learning_rate(value: Any) -> float | Schedule:  # noqa: ANN401 (JSON)
    if isinstance(value, Mapping):
        name = value["class_name"]
        if name not in _SCHEDULES:
            message = f"cnncalc has no schedule {printable(str(name))}"
            raise OptionError(message)
        return _SCHEDULES[name](**_known(_SCHEDULES[name], value["config"]))
    # Keras keeps the rate in float32: 0.001 comes back as 0.0010000000474974513.
    return float(str(np.float32(value)))


def _state(
    optimizer: Optimizer, network: Network, arrays: Sequence[Array]
) -> OptimizerState | None:
    weights = [network.weights[layer][name] for layer, name in trainable(network)]
    state = initial_state(optimizer, weights)
    order = _slot_order(optimizer, state)
    scalars = 1 if is_dataclass(optimizer.learning_rate) else 2
    if len(arrays) != scalars + len(order) or arrays[0].shape or not np.isfinite(arrays[0]):
        return None
    state.iterations = int(arrays[0])
    for (weight, name), array in zip(order, arrays[scalars:], strict=True):
        slot = state.slots[weight][name]
        if array.shape != slot.shape:
            return None
        slot[...] = array
    return state
