"""What a `.keras` file's compile_config says: loss, optimizer, schedule, and what of it we lack.

An option that isn't calculated here is told by its own default in Keras from one that is set:
`ignore_class=0` is set, `label_smoothing=0` is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from cnncalc.files.keras_objects import (
    Json,
    from_float32,
    inner,
    is_of_keras,
    object_text,
    snake_case,
)
from cnncalc.files.paths import printable
from cnncalc.network import Network, without_last_activation
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizers import OPTIMIZERS, Optimizer
from cnncalc.training.schedules import CosineDecay, ExponentialDecay, Schedule
from cnncalc.training.uncalculated import ABBREVIATIONS, Uncalculated

__all__ = ["notes_on_logits", "notes_on_metrics", "read_loss", "read_optimizer", "read_rest"]

Neutral = Mapping[str, tuple[object, ...] | None]

_SCHEDULES: Mapping[str, type[Schedule]] = {
    "ExponentialDecay": ExponentialDecay,
    "CosineDecay": CosineDecay,
}

# The values of options that cnncalc lacks with which Keras calculates what cnncalc does; None where
# every value does. An option that isn't named here is one that nobody knows to be harmless.
_LOSS_OPTIONS: Neutral = {
    "axis": (-1, 1),  # of rows of numbers
    "dtype": ("float32", "float64", None),
    "fn": None,  # the function of its class, in Keras 2
    "from_logits": (False,),  # of a loss that has no logits
    "ignore_class": (None,),
    "label_smoothing": (0,),
    "name": None,
    "reduction": ("sum_over_batch_size", "mean", "mean_with_sample_weight", "auto"),
}
_OPTIMIZER_OPTIONS: Neutral = {
    "decay": (None, 0),
    "ema_momentum": None,  # nothing without use_ema
    "ema_overwrite_frequency": None,
    "gradient_accumulation_steps": (None,),
    "is_legacy_optimizer": (False,),
    "jit_compile": None,
    "loss_scale_factor": (None,),
    "name": None,
    "use_ema": (False,),
}
_SCHEDULE_OPTIONS: Neutral = {
    "name": None,
    "warmup_steps": None,  # nothing without warmup_target
    "warmup_target": (None,),
}
_COMPILE_OPTIONS: Neutral = {
    "auto_scale_loss": None,  # of float16 alone
    "jit_compile": None,
    "loss": None,
    "loss_weights": (None, 1, [1], [1.0]),
    "metrics": None,
    "optimizer": None,
    "pss_evaluation_shards": None,
    "run_eagerly": None,
    "sample_weight_mode": (None,),
    "steps_per_execution": None,
    "weighted_metrics": None,
}

_ACCURACY = ("acc", "accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
_RATE_OPTIONS = ("--schedule", "--learning-rate", "--optimizer")


def read_loss(config: Json) -> tuple[Loss | None, list[Uncalculated]]:
    """Return the loss that a compile_config names, if it is one of ours, and what of it we lack."""
    given = config.get("loss")
    if isinstance(given, list) and len(given) == 1:
        given = given[0]  # of the one output
    if isinstance(given, Mapping) and len(given) == 1 and "class_name" not in given:
        given = next(iter(given.values()))  # by the output's name
    if given is None:
        return None, []
    name, options = _named_loss(given)
    loss = LOSSES.get(ABBREVIATIONS.get(name, name).removeprefix("sparse_"))
    if loss is None:
        whole = Uncalculated("", "loss", object_text(given), ("--loss",), changes_loss=True)
        return None, [whole]
    if loss.activation is not None and options.get("from_logits") is True:
        loss = replace(loss, from_logits=True)
        options.pop("from_logits")
    options["dtype"] = inner(options.get("dtype"), "name")
    return loss, [
        Uncalculated("loss", option, value, ("--loss",), changes_loss=True)
        for option, value in _set_options(options, _LOSS_OPTIONS)
    ]


def _named_loss(given: object) -> tuple[str, dict[str, Any]]:
    """Return a loss's name as a function, empty for one that isn't Keras's, and its options."""
    if isinstance(given, str):
        return snake_case(given), {}
    if not isinstance(given, Mapping):
        return "", {}
    kind, config = given.get("class_name"), given.get("config")
    if kind == "function" and isinstance(config, str):
        return snake_case(config), {}
    if not is_of_keras(given) or not isinstance(kind, str):
        return "", {}
    return snake_case(kind), dict(config) if isinstance(config, Mapping) else {}


def read_optimizer(config: Json) -> tuple[Optimizer | None, list[Uncalculated]]:
    """Return the optimizer of a compile_config, if it is one of ours, and what of it we lack."""
    given = config.get("optimizer")
    if given is None:
        return None, []
    if isinstance(given, str):
        given = {"class_name": given, "config": {}}
    kind, options = _known(given, {name: kind.__name__ for name, kind in OPTIMIZERS.items()})
    whole = Uncalculated("", "optimizer", _class_name(given), ("--optimizer",))
    if kind is None:
        return None, [whole]
    arguments = {field.name for field in fields(OPTIMIZERS[kind.lower()])}
    known = {name: from_float32(value) for name, value in options.items() if name in arguments}
    lacking = [
        Uncalculated("optimizer", name, value, ("--optimizer",))
        for name, value in _set_options(options, {**_OPTIMIZER_OPTIONS, **dict.fromkeys(arguments)})
    ]
    try:
        if "learning_rate" in known:
            known["learning_rate"], missing = _learning_rate(known["learning_rate"])
            lacking += missing
        return OPTIMIZERS[kind.lower()](**known), lacking
    except (TypeError, ValueError, AttributeError):  # of a damaged file
        return None, [replace(whole, value=object_text(given))]


def _known(given: object, names: Mapping[str, str]) -> tuple[str | None, Json]:
    """Return the class of a serialized object, None unless it is one of ours, and its options."""
    if not isinstance(given, Mapping) or not is_of_keras(given):
        return None, {}
    kind, options = given.get("class_name"), given.get("config", {})
    if not isinstance(kind, str) or not isinstance(options, Mapping):
        return None, {}
    return names.get(kind.lower()), options


def _class_name(given: object) -> str:
    """Return an optimizer's class alone: it has a dozen of options."""
    kind = given.get("class_name") if isinstance(given, Mapping) else None
    return printable(kind) if isinstance(kind, str) else object_text(given)


def _learning_rate(given: object) -> tuple[Any, list[Uncalculated]]:
    """Return a learning rate or schedule, and what we lack of it.

    In the place of a schedule that we lack stands the rate that it starts from.
    """
    if not isinstance(given, Mapping):
        return given, []
    kind, options = _known(given, {name.lower(): name for name in _SCHEDULES})
    if kind is None:
        whole = Uncalculated("optimizer", "learning_rate", object_text(given), _RATE_OPTIONS)
        return _first_rate(given), [whole]
    arguments = {field.name for field in fields(_SCHEDULES[kind])}
    lacking = [
        Uncalculated("schedule", name, value, _RATE_OPTIONS)
        for name, value in _set_options(options, {**_SCHEDULE_OPTIONS, **dict.fromkeys(arguments)})
    ]
    return _SCHEDULES[kind](**{name: options[name] for name in arguments & set(options)}), lacking


def _first_rate(schedule: Json) -> object:
    options = schedule.get("config")
    options = options if isinstance(options, Mapping) else {}
    values = options.get("values")
    first = values[0] if isinstance(values, list) and values else None
    return from_float32(options.get("initial_learning_rate", first))


def read_rest(config: Json) -> list[Uncalculated]:
    """Return what a compile_config says besides loss and optimizer, and we lack."""
    options = dict(config)
    weights = options.get("loss_weights")
    if isinstance(weights, Mapping) and len(weights) == 1:
        options["loss_weights"] = next(iter(weights.values()))  # by the output's name
    return [
        Uncalculated("compile", name, value, changes_loss=True)
        for name, value in _set_options(options, _COMPILE_OPTIONS)
    ]


def _set_options(options: Json, neutral: Neutral) -> Iterator[tuple[str, str]]:
    """Yield name and shown value of each option that makes Keras calculate something else."""
    for name, value in options.items():
        harmless = neutral.get(name, ())
        if harmless is not None and value not in harmless:
            yield printable(name), object_text(value)


def notes_on_logits(loss: Loss | None, network: Network) -> Iterator[str]:
    """Say what may surprise about a loss of logits."""
    if loss is None or not loss.from_logits:
        return
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


def notes_on_metrics(config: Json) -> Iterator[str]:
    """Say which of the model's metrics are not calculated: they change no weight and no loss."""
    given = [*_parts(config.get("metrics")), *_parts(config.get("weighted_metrics"))]
    others = [name for name in map(_metric_name, given) if name not in _ACCURACY]
    if others:
        yield (
            f"of the model's metrics {', '.join(dict.fromkeys(others))} "
            f"{'is' if len(set(others)) == 1 else 'are'} not calculated; accuracy is"
        )


def _parts(value: object) -> Iterator[object]:
    """Yield the metrics in a list, or by outputs' names."""
    pending = [value]
    while pending:
        part = pending.pop(0)
        if isinstance(part, list):
            pending += part
        elif isinstance(part, Mapping) and "class_name" not in part:
            pending += part.values()
        elif part is not None:
            yield part


def _metric_name(value: object) -> str:
    name = inner(value, "name")
    return printable(name) if isinstance(name, str) else object_text(value)
