"""One call of a layer: which kind it is, and its arguments by Keras's names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeGuard

from cnncalc.errors import NotationError, OptionError
from cnncalc.layers import InputLayer, Layer, Shape
from cnncalc.layers.vocabulary import (
    EVERY_LAYERS_ARGUMENTS,
    layer_from_arguments,
    own_count,
    shared_arguments,
)
from cnncalc.notation.source import (
    KINDS,
    OLD_ARGUMENT_NAMES,
    OLD_LAYER_NAMES,
    Source,
    called,
    dotted,
    makes_application,
    nearest,
    read_value,
)

__all__ = [
    "input_shape_from",
    "is_input",
    "kind_of",
    "layer_from",
    "read_arguments",
    "says_nothing",
    "take_input_shape",
]

_INPUT_SHAPES = ("input_shape", "input_dim", "batch_input_shape")


def is_input(node: ast.AST) -> TypeGuard[ast.Call]:
    """Tell whether an expression is an Input.

    >>> is_input(ast.parse("keras.Input((8, 8, 1))", mode="eval").body)
    True
    """
    return isinstance(node, ast.Call) and called(node) in ("Input", "InputLayer")


def kind_of(source: Source, call: ast.Call) -> type[Layer]:
    """Return the kind of layer that a call makes; raise NotationError for any other call."""
    name = OLD_LAYER_NAMES.get(called(call), called(call))
    if name in KINDS:
        return KINDS[name]
    if name == "Lambda":
        message = "a Lambda layer holds code, which is never executed"
        raise source.error(call, message)
    if makes_application(call):
        message = (
            f"{dotted(call.func)}(…) is built by code, which isn't executed: save the model by "
            'model.save("network.keras") and give that file'
        )
        raise source.error(call, message)
    close = nearest(name, [*KINDS, *OLD_LAYER_NAMES, "Sequential", "Model"])
    if not close and not name[:1].isupper():
        message = (
            f"{dotted(call.func)}(…) is no layer. The text is read and never executed; "
            "expected layers, such as Dense(2)"
        )
        raise source.error(call, message)
    hint = f"the nearest name is {close}" if close else f"it has {', '.join(sorted(KINDS))}"
    raise source.error(call, f"cnncalc has no layer {name}; {hint}")


def read_arguments(
    source: Source, kind: type[Layer], call: ast.Call, names: Mapping[str, object]
) -> dict[str, object]:
    """Return a call's arguments by Keras's names.

    Arguments: the `source` of the call; the `kind` of layer; the `call`; the values that the
    listing gave to `names`.
    Raises NotationError for arguments that the layer hasn't, or has already.
    """
    positional = kind.keras_arguments
    if len(call.args) > len(positional):
        raise _too_many(source, kind, call, len(positional))
    arguments = {
        name: read_value(source, node, names)
        for name, node in zip(positional, call.args, strict=False)
    }
    useful = own_count(kind)
    beyond = {name: arguments[name] for name in list(arguments)[useful:]}
    # One that differs may be meant, such as an initializer; of several, somebody lost count.
    if len(shared_arguments(kind, beyond)[1]) > 1:
        raise _too_many(source, kind, call, useful)
    if called(call) == "Convolution2D":
        _refuse_old_kernel_size(source, call, arguments)
    for keyword in call.keywords:
        name = _argument_name(source, kind, keyword)
        if name in arguments:
            message = f"{kind.__name__} is given {name} twice"
            raise source.error(keyword, message)
        arguments[name] = read_value(source, keyword.value, names)
    return arguments


def layer_from(
    source: Source, kind: type[Layer], call: ast.Call, arguments: Mapping[str, object]
) -> Layer:
    """Return the layer that a call makes; raise NotationError where its arguments don't do."""
    try:
        return layer_from_arguments(kind, arguments)
    except OptionError as error:
        raise source.error(call, f"{kind.__name__}: {error}") from None


def take_input_shape(arguments: dict[str, object]) -> object:
    """Take what names the input's shape out of a layer's arguments; return it, None if nothing.

    >>> arguments = {"units": 2, "input_dim": 784}
    >>> take_input_shape(arguments), arguments
    ((784,), {'units': 2})
    """
    given = {name: arguments.pop(name) for name in _INPUT_SHAPES if name in arguments}
    for name, value in given.items():
        if name == "input_dim":
            return (value,)
        if name == "batch_input_shape" and isinstance(value, tuple):
            return value[1:]
        return value
    return None


def input_shape_from(source: Source, call: ast.AST, arguments: dict[str, object]) -> Shape:
    """Return the shape that an Input's arguments say; raise NotationError where they don't."""
    batch_shape = arguments.pop("batch_shape", None)
    if isinstance(batch_shape, tuple):
        arguments["shape"] = batch_shape[1:]
    try:
        layer = layer_from_arguments(InputLayer, arguments)
    except OptionError as error:
        raise source.error(call, f"the input's {error}") from None
    return layer.output_shape(tuple(layer.shape))  # type: ignore[attr-defined]


def _too_many(source: Source, kind: type[Layer], call: ast.Call, most: int) -> NotationError:
    message = (
        f"{kind.__name__} is given too many arguments: it takes at most {most} "
        f"argument{'' if most == 1 else 's'} without a name. Received: {len(call.args)}"
    )
    return source.error(call, message)


def _argument_name(source: Source, kind: type[Layer], keyword: ast.keyword) -> str:
    known = (*kind.keras_arguments, *EVERY_LAYERS_ARGUMENTS, *_INPUT_SHAPES)
    name = keyword.arg or "**"
    for spelling in (name, OLD_ARGUMENT_NAMES.get(name, "")):
        if spelling in known:
            return spelling
    close = nearest(name, known)
    hint = f"the nearest name is {close}" if close else f"it has {', '.join(known)}"
    message = f"{kind.__name__} has no argument {name}; {hint}"
    raise source.error(keyword, message)


def _refuse_old_kernel_size(
    source: Source, call: ast.Call, arguments: Mapping[str, object]
) -> None:
    if isinstance(arguments.get("strides"), int):
        rows, columns = arguments["kernel_size"], arguments["strides"]
        message = (
            "Convolution2D with three numbers is a kernel of rows and columns in Keras 1, a "
            f"size and its strides since; write Conv2D(…, ({rows}, {columns})) or strides="
        )
        raise source.error(call, message)


def says_nothing(keyword: ast.keyword) -> bool:
    """Tell whether a call is told what holds anyway: Keras 3 trains in `fit` whatever that says.

    >>> says_nothing(ast.keyword("training", ast.Constant(False)))
    True
    """
    match keyword:
        case ast.keyword(arg="training", value=ast.Constant(value=False | None)):
            return True
    return False
