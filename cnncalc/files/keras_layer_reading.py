"""Reading one layer of a `.keras` file's config.json, of Keras 3 or Keras 2.

Whatever could be code (a Lambda layer, a class or function of the user's own) is refused, never
loaded.
"""

from __future__ import annotations

from collections.abc import Mapping

from cnncalc.errors import InputError, OptionError
from cnncalc.files.keras_objects import (
    Json,
    from_float32,
    inner,
    is_of_keras,
    mapping,
    object_text,
    shown,
)
from cnncalc.files.paths import quoted
from cnncalc.layers import ACTIVATIONS, Layer, LeakyReLU
from cnncalc.layers.regularizers import REGULARIZERS
from cnncalc.layers.separable import SeparableConv2D
from cnncalc.layers.vocabulary import (
    LAYERS,
    concerns_training_only,
    layer_from_arguments,
    shared_arguments,
)
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["is_operation", "read_layers"]

# Keras 2 rounds these to float32.
_SLOPES = ("alpha", "max_value", "negative_slope", "threshold")

# Operations that do to two results of as many sizes what Keras's layer of that name does.
_OPERATIONS = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")

# Kinds that a file may have: those of a network, and what is made of them in reading.
_KINDS: Mapping[str, type[Layer]] = {**LAYERS, SeparableConv2D.__name__: SeparableConv2D}


def is_operation(entry: Json) -> bool:
    """Tell whether what is called is an operation on results, such as x + y, and no layer.

    >>> is_operation({"module": "keras.src.ops.numpy"}), is_operation({"module": "keras.layers"})
    (True, False)
    """
    return "ops" in str(entry.get("module")).split(".")


def read_layers(entry: Json) -> tuple[tuple[Layer, ...], list[Uncalculated]]:
    """Return what an entry of the file is here, and those of its options that training would heed.

    That is one layer, or the two that a separable convolution is made of; the options are those
    that we lack.
    Raises InputError, naming the layer, for one that cnncalc lacks or can't calculate.
    """
    config = mapping(entry.get("config"), "a layer's config")
    name = str(config.get("name", ""))
    kind = _kind(entry, name)
    _require_floats(config, name)
    try:
        arguments = _modern(kind, config, entry.get("build_config"))
        arguments = {key: _value(key, value) for key, value in arguments.items()}
        known, other = shared_arguments(kind, arguments)
        # A regularizer that cnncalc lacks is still the object that it is in the file.
        other |= {key: value for key, value in known.items() if isinstance(value, Mapping)}
        vital = {key: value for key, value in other.items() if not concerns_training_only(key)}
        usable = {key: value for key, value in known.items() if key not in other}
        layer = layer_from_arguments(kind, usable | vital)
        layers = layer.split() if isinstance(layer, SeparableConv2D) else (layer,)
    except OptionError as error:
        message = f"layer {quoted(name)}, {kind.__name__}: {error}"
        raise InputError(message) from error
    return layers, [
        _uncalculated(name, key, config[key])
        for key in other
        # How weights were drawn matters no more once they are there.
        if key not in vital and key != "synchronized" and not key.endswith("_initializer")
    ]


def _uncalculated(layer: str, key: str, value: object) -> Uncalculated:
    kernels = key in ("kernel_regularizer", "depthwise_regularizer", "pointwise_regularizer")
    return Uncalculated(
        f"layer {layer}",
        key,
        object_text(value),
        replaced_by=("--l2",) if kernels else (),
        changes_loss=key.endswith("_regularizer"),
    )


def _require_floats(config: Json, name: str) -> None:
    """Raise InputError for a layer whose weights or calculation are of fewer bits."""
    policy = config.get("dtype")
    settings = policy.get("config") if isinstance(policy, Mapping) else None
    mode = settings.get("mode") if isinstance(settings, Mapping) else None
    if mode is not None or config.get("quantization_config") is not None:
        message = (
            f"the model is quantized, layer {quoted(name)} by {shown(mode or 'its own settings')}"
            ": its weights are rounded to a few bits, and cnncalc calculates with floating-point "
            "numbers; save the model as it was before model.quantize(…)"
        )
        raise InputError(message)
    short = inner(policy, "name")
    if isinstance(short, str) and short.endswith("float16"):
        message = (
            f"the model calculates in {short}, layer {quoted(name)} for one, and cnncalc in "
            "float32 or float64: in Python, call keras.config.set_dtype_policy('float32'), build "
            "the model anew, give it the weights by set_weights(old.get_weights()), and save that"
        )
        raise InputError(message)


def _modern(kind: type[Layer], config: Json, build: object) -> dict[str, object]:
    """Return a layer's arguments by the names, and in the form, that Keras 3 has for them."""
    arguments = dict(config)
    arguments.pop("batch_input_shape", None)  # the input's, which Keras 2 repeats in what follows
    if kind is LeakyReLU and "alpha" in arguments:
        arguments["negative_slope"] = arguments.pop("alpha")
    axis, shape = arguments.get("axis"), inner({"config": build}, "input_shape")
    if isinstance(shape, list) and shape and isinstance(shape[0], list):
        shape = shape[0]  # of the first result that a merge joins
    if isinstance(axis, list) and len(axis) == 1:
        axis = axis[0]
    if type(axis) is int and isinstance(shape, list) and axis == len(shape) - 1:
        axis = -1
    return arguments | {"axis": axis} if "axis" in arguments else arguments


def _kind(entry: Json, name: str) -> type[Layer]:
    class_name, registered = entry.get("class_name"), entry.get("registered_name")
    if class_name == "Lambda":
        message = f"layer {quoted(name)} is a Lambda layer: it holds code, which is never executed"
        raise InputError(message)
    if not is_of_keras(entry):
        message = f"layer {quoted(name)} is of a class of its author's own, {shown(registered)}"
        raise InputError(message)
    if is_operation(entry):
        return _operation(class_name, name)
    if not isinstance(class_name, str) or class_name not in _KINDS:
        message = (
            f"cnncalc lacks the layer {shown(class_name)}, which {quoted(name)} is. "
            f"It has {', '.join(sorted(_KINDS))}"
        )
        raise InputError(message)
    return _KINDS[class_name]


def _operation(class_name: object, name: str) -> type[Layer]:
    """Return the layer that does what an operation on two results does."""
    if not isinstance(class_name, str) or class_name not in _OPERATIONS:
        message = (
            f"layer {quoted(name)} is an operation on numbers, {shown(class_name)}: of these, "
            f"cnncalc has {', '.join(_OPERATIONS)}, of two results; it has layers for some others"
        )
        raise InputError(message)
    return LAYERS[class_name]


def _value(key: str, value: object) -> object:
    """Return an argument as one would write it, its lists as tuples."""
    if key == "dtype":
        return inner(value, "name")
    if key == "activation":
        return _activation(value)
    if key.endswith("_regularizer"):
        return _regularizer(value)
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":
        value = inner(value, "value")
    return from_float32(value) if key in _SLOPES else _tuples(value)


def _activation(value: object) -> object:
    """Return the name of one of Keras's own functions; raise OptionError for any other."""
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == "function" and value.get("config") in ACTIVATIONS:
        return value["config"]
    message = "activation must be one of Keras's own by name: code is not executed. "
    raise OptionError(message + f"Received: {shown(value.get('class_name'))}")


def _regularizer(value: object) -> object:
    """Return one of Keras's own regularizers where it is one, else the value as it is."""
    if not isinstance(value, Mapping):
        return value
    name = value.get("class_name")
    kind = REGULARIZERS.get(name) if isinstance(name, str) else None
    if kind is None or not is_of_keras(value):
        return value
    config = mapping(value.get("config"), "a regularizer's config")
    return kind(**{factor: from_float32(config.get(factor)) for factor in kind().factors})


def _tuples(value: object) -> object:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
