"""Reading a listing of layers: calls, one a line or in one Sequential, or `model.add(...)`.

What a pasted script holds besides (imports, data, `compile`, `fit`) is left out; anything that
could change the network and isn't understood is an error that points at its place.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cnncalc.errors import NotationError, OptionError
from cnncalc.layers import InputLayer, Layer, Shape
from cnncalc.layers.vocabulary import (
    ARGUMENTS,
    EVERY_LAYERS_ARGUMENTS,
    LAYERS,
    layer_from_arguments,
    own_count,
    shared_arguments,
)
from cnncalc.notation.freezing import Setting, read_flag, set_trainable, trainable_setting
from cnncalc.notation.source import (
    OLD_ARGUMENT_NAMES,
    OLD_LAYER_NAMES,
    Source,
    called,
    dotted,
    holds_layers,
    nearest,
    read_value,
)

__all__ = ["WrittenNetwork", "parse"]

_INPUT_SHAPES = ("input_shape", "input_dim", "batch_input_shape")
_COMPILE_ARGUMENTS = ("optimizer", "loss", "loss_weights", "metrics")
_NO_LAYERS = ("build", "compile", "evaluate", "fit", "load_weights", "predict", "save", "summary")


@dataclass(frozen=True)
class WrittenNetwork:
    """What a listing says: the layers, the input's shape if it names one, and what was left out.

    `notes` holds a sentence on the lines that were left out since they hold no layer; `compiled`
    the arguments of `model.compile` by their names, as they are written.
    """

    layers: tuple[Layer, ...]
    input_shape: Shape | None = None
    notes: tuple[str, ...] = ()
    compiled: tuple[tuple[str, str], ...] = ()


def parse(text: str) -> WrittenNetwork:
    """Read a network written as Keras calls; nothing of it is executed.

    Arguments: the `text`: layers separated by `;`, commas or new lines, or a copy of a
    `keras.Sequential([...])` or `model.add(...)` listing, comments and imports included.
    Raises NotationError that gives line and column, what is wrong there, and the nearest name.

    >>> parse('Conv2D(10, 5, activation="relu"); MaxPooling2D(2); Flatten()').layers[2:]
    (Flatten(name='', trainable=True, inputs=()),)
    """
    reader = _Reader(Source(text))
    try:
        for statement in reader.source.statements():
            reader.read_statement(statement)
    except RecursionError:
        message = "not a list of layers in Keras calls: nested too deeply"
        raise NotationError(message) from None
    if not reader.layers:
        message = (
            "a network must have at least one layer, such as "
            "Conv2D(10, 5); Flatten(); Dense(2). Received: no layer"
        )
        raise NotationError(message)
    layers = reader.layers
    if not reader.is_trainable:
        layers = [replace(layer, trainable=False) for layer in layers]
    left_out = ", ".join(reader.left_out)
    notes = (f"left out, since they hold no layer: {left_out}",) if left_out else ()
    return WrittenNetwork(tuple(layers), reader.input_shape, notes, reader.compiled)


class _Reader:
    """What has been read of a listing so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.layers: list[Layer] = []
        self.input_shape: Shape | None = None
        self.names: dict[str, object] = {}
        self.left_out: list[str] = []
        self.compiled: tuple[tuple[str, str], ...] = ()
        self.models: set[str] = set()
        self.is_trainable = True

    def read_statement(self, statement: ast.stmt) -> None:
        """Read one statement of the listing."""
        setting = trainable_setting(statement)
        if setting is not None:
            self.set_trainable(setting)
            return
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Expr(value=value):
                self.read_layers(value)
            case ast.Assign(targets=targets, value=value):
                self.read_assignment(targets, value)
            case _:
                raise self._no_layer(statement)

    def set_trainable(self, setting: Setting) -> None:
        """Freeze layers, or all of them, or let them be trained again."""
        if setting.model not in self.models:
            message = (
                "trainable is set of the network that is listed, or of its layers. "
                f"Received: {self.source.quote(setting.of)}"
            )
            raise self.source.error(setting.of, message)
        self.layers = set_trainable(self.source, setting, self.layers, self.names)
        if isinstance(setting.of, ast.Name):
            # Keras trains nothing of a network that is frozen itself, whatever its layers say.
            self.is_trainable = read_flag(self.source, setting.value, self.names)

    def read_assignment(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        """Read `model = Sequential(...)`, or a name's value; the rest of a script is left out."""
        if isinstance(value, ast.Call) and called(value) == "Sequential":
            self.models |= {target.id for target in targets if isinstance(target, ast.Name)}
            self.read_layers(value)
            return
        names = ", ".join(map(self.source.quote, targets))
        if holds_layers(value):
            raise self._no_layer(value, f"{names} = {self.source.quote(value)}")
        try:
            self.names[names] = read_value(self.source, value, self.names)
        except NotationError:
            # Where a layer needs the name after all, that is an error there.
            self.names.pop(names, None)
            self.left_out.append(f"{names} = … (line {value.lineno})")

    def read_layers(self, node: ast.expr) -> None:
        """Read an expression that is a layer, several of them, or a call that holds some."""
        match node:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.read_layers(part)
            case ast.Call() if called(node) == "Sequential":
                self.read_sequential(node)
            case ast.Call(func=ast.Attribute(value=model, attr="add"), args=[added], keywords=[]):
                self.models.add(dotted(model))
                self.read_layers(added)
            case ast.Call() if self._holds_no_layer(node) and called(node) == "compile":
                self.compiled = _arguments_of_compile(node)
            case ast.Call() if self._holds_no_layer(node):
                self.left_out.append(f"{dotted(node.func)} (line {node.lineno})")
            case ast.Call() if called(node):
                self.read_layer(node)
            case _:
                raise self._no_layer(node)

    def read_sequential(self, call: ast.Call) -> None:
        """Read the layers inside `Sequential([...])`, if any."""
        if self.layers:
            message = "a listing must hold one network. Received: a second Sequential"
            raise self.source.error(call, message)
        layers = [keyword.value for keyword in call.keywords if keyword.arg == "layers"]
        for node in [*call.args, *layers][:1]:
            self.read_layers(node)
        for keyword in call.keywords:
            if keyword.arg == "trainable":
                self.is_trainable = read_flag(self.source, keyword.value, self.names)

    def read_layer(self, call: ast.Call) -> None:
        """Read one call of a layer, and the input shape that it may name."""
        kind = self._kind(call)
        arguments = self._arguments(kind, call)
        self._take_input_shape(call, arguments)
        if kind is InputLayer:
            self._take_input(call, arguments)
            return
        try:
            self.layers.append(layer_from_arguments(kind, arguments))
        except OptionError as error:
            raise self.source.error(call, f"{kind.__name__}: {error}") from None

    def _kind(self, call: ast.Call) -> type[Layer]:
        name = OLD_LAYER_NAMES.get(called(call), called(call))
        if name in LAYERS:
            return LAYERS[name]
        if name == "Lambda":
            message = "a Lambda layer holds code, which is never executed"
            raise self.source.error(call, message)
        close = nearest(name, [*LAYERS, *OLD_LAYER_NAMES, "Sequential"])
        if not close and not name[:1].isupper():
            message = (
                f"{dotted(call.func)}(…) is no layer. The text is read and never executed; "
                "expected layers, such as Dense(2)"
            )
            raise self.source.error(call, message)
        hint = f"the nearest name is {close}" if close else f"it has {', '.join(sorted(LAYERS))}"
        raise self.source.error(call, f"cnncalc has no layer {name}; {hint}")

    def _arguments(self, kind: type[Layer], call: ast.Call) -> dict[str, object]:
        """Return the call's arguments by Keras's names."""
        positional = ARGUMENTS[kind]
        if len(call.args) > len(positional):
            raise self._too_many(kind, call, len(positional))
        arguments = {
            name: read_value(self.source, node, self.names)
            for name, node in zip(positional, call.args, strict=False)
        }
        useful = own_count(kind)
        beyond = {name: arguments[name] for name in list(arguments)[useful:]}
        # One that differs may be meant, such as an initializer; of several, somebody lost count.
        if len(shared_arguments(kind, beyond)[1]) > 1:
            raise self._too_many(kind, call, useful)
        if called(call) == "Convolution2D":
            self._refuse_old_kernel_size(call, arguments)
        for keyword in call.keywords:
            name = self._argument_name(kind, keyword)
            if name in arguments:
                message = f"{kind.__name__} is given {name} twice"
                raise self.source.error(keyword, message)
            arguments[name] = read_value(self.source, keyword.value, self.names)
        return arguments

    def _too_many(self, kind: type[Layer], call: ast.Call, most: int) -> NotationError:
        message = (
            f"{kind.__name__} is given too many arguments: it takes at most {most} "
            f"argument{'' if most == 1 else 's'} without a name. Received: {len(call.args)}"
        )
        return self.source.error(call, message)

    def _argument_name(self, kind: type[Layer], keyword: ast.keyword) -> str:
        known = (*ARGUMENTS[kind], *EVERY_LAYERS_ARGUMENTS, *_INPUT_SHAPES)
        name = keyword.arg or "**"
        for spelling in (name, OLD_ARGUMENT_NAMES.get(name, "")):
            if spelling in known:
                return spelling
        close = nearest(name, known)
        hint = f"the nearest name is {close}" if close else f"it has {', '.join(known)}"
        message = f"{kind.__name__} has no argument {name}; {hint}"
        raise self.source.error(keyword, message)

    def _refuse_old_kernel_size(self, call: ast.Call, arguments: Mapping[str, object]) -> None:
        if isinstance(arguments.get("strides"), int):
            rows, columns = arguments["kernel_size"], arguments["strides"]
            message = (
                "Convolution2D with three numbers is a kernel of rows and columns in Keras 1, a "
                f"size and its strides since; write Conv2D(…, ({rows}, {columns})) or strides="
            )
            raise self.source.error(call, message)

    def _take_input_shape(self, call: ast.Call, arguments: dict[str, object]) -> None:
        """Take what names the input's shape out of the arguments; the first layer's counts."""
        given = {name: arguments.pop(name) for name in _INPUT_SHAPES if name in arguments}
        for name, value in given.items():
            if self.layers or self.input_shape:
                continue
            sizes = (value,) if name == "input_dim" else value
            if name == "batch_input_shape" and isinstance(sizes, tuple):
                sizes = sizes[1:]
            self._take_input(call, {"shape": sizes})

    def _take_input(self, call: ast.Call, arguments: dict[str, object]) -> None:
        batch_shape = arguments.pop("batch_shape", None)
        if isinstance(batch_shape, tuple):
            arguments["shape"] = batch_shape[1:]
        try:
            layer = layer_from_arguments(InputLayer, arguments)
        except OptionError as error:
            raise self.source.error(call, f"the input's {error}") from None
        if self.layers or self.input_shape:
            message = "the input must be named once, before the first layer"
            raise self.source.error(call, message)
        self.input_shape = layer.output_shape(tuple(layer.shape))  # type: ignore[attr-defined]

    def _holds_no_layer(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name):
            return call.func.id == "print"
        method = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        return method and called(call) in _NO_LAYERS

    def _no_layer(self, node: ast.AST, quoted: str = "") -> NotationError:
        message = (
            "expected a layer, such as Dense(2), or a Sequential of layers. "
            f"Received: {quoted or self.source.quote(node)}"
        )
        return self.source.error(node, message)


def _arguments_of_compile(call: ast.Call) -> tuple[tuple[str, str], ...]:
    named = [(keyword.arg or "**", keyword.value) for keyword in call.keywords]
    given = [*zip(_COMPILE_ARGUMENTS, call.args, strict=False), *named]
    return tuple((name, ast.unparse(value)) for name, value in given)
