"""Reading a listing of layers: calls, one a line, in a Sequential or Model, or `model.add(...)`.

What a pasted script holds besides (imports, data, `compile`, `fit`) is left out; anything that
could change the network and isn't understood is an error that points at its place.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from cnncalc.errors import NotationError
from cnncalc.layers import Layer, Shape
from cnncalc.notation.expressions import Expressions
from cnncalc.notation.freezing import Setting, layers_set, read_flag, trainable_setting
from cnncalc.notation.source import Source, called, dotted, read_value
from cnncalc.notation.wiring import Block, LeftOut, Meaning, Piece

__all__ = ["WrittenNetwork", "parse"]

_COMPILE_ARGUMENTS = ("optimizer", "loss", "loss_weights", "metrics")
_NO_LAYERS = ("build", "compile", "evaluate", "fit", "load_weights", "predict", "save", "summary")
_EXECUTED = {
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def",
    ast.ClassDef: "class",
    ast.For: "for",
    ast.While: "while",
    ast.If: "if",
    ast.With: "with",
    ast.Try: "try",
}


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
    `keras.Sequential([...])`, `model.add(...)` or functional listing, imports included.
    A layer that isn't called on anything takes what the one before gives; the layers of a network
    that branches all have names, and stand in Keras's order.
    Raises NotationError that gives line and column, what is wrong there, and the nearest name.

    >>> parse('Conv2D(10, 5, activation="relu"); MaxPooling2D(2); Flatten()').layers[2:]
    (Flatten(name='', trainable=True, inputs=()),)
    >>> parse("Conv2D(1, 1); Conv2D(1, 1); Add()([conv2d_1, conv2d])").layers[2]
    Add(name='add', trainable=True, inputs=('conv2d_1', 'conv2d'))
    """
    reader = _Reader(Source(text))
    try:
        for statement in reader.source.statements():
            reader.read_statement(statement)
        return reader.network()
    except RecursionError:
        message = "not a list of layers in Keras calls: nested too deeply"
        raise NotationError(message) from None


class _Reader:
    """What has been read of a listing so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.meant = Expressions(source)
        self.wiring = self.meant.wiring
        self.left_out: list[str] = []
        self.compiled: tuple[tuple[str, str], ...] = ()

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
            case ast.AugAssign(target=ast.Name() as target, op=operation, value=value):
                before = ast.copy_location(ast.Name(target.id, ast.Load()), target)
                both = ast.copy_location(ast.BinOp(before, operation, value), value)
                self.read_assignment([target], both)
            case _ if type(statement) in _EXECUTED:
                raise self._executed(statement)
            case _:
                raise self.meant.no_layer(statement)

    def set_trainable(self, setting: Setting) -> None:
        """Freeze layers, or all of them, or let them be trained again."""
        of, values = self.meant.meanings.get(setting.model), self.meant.values
        if not isinstance(of, Piece | Block):
            message = (
                "trainable is set of the network that is listed, or of its layers. "
                f"Received: {self.source.quote(setting.of)}"
            )
            raise self.source.error(setting.of, message)
        items = of.items if isinstance(of, Block) else [of]
        chosen = layers_set(self.source, setting, [item.name for item in items], values)
        value = read_flag(self.source, setting.value, values)
        for position in chosen:
            items[position].freeze(value)
        if isinstance(setting.of, ast.Name) and isinstance(of, Block):
            # Keras trains nothing of a network that is frozen itself, whatever its layers say.
            of.is_trainable = value

    def read_assignment(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        """Read a name's value: layers, a result, a number; the rest of a script is left out."""
        is_other_name = isinstance(value, ast.Name) and self.meant.means_layers(value.id)
        if not self._holds_no_layer(value) and (is_other_name or self.meant.concerns_layers(value)):
            meaning = self.meant.read(value)
            for target in targets:
                self._name(target, meaning, value)
            return
        names = ", ".join(map(self.source.quote, targets))
        self._forget(targets, value)
        try:
            self.meant.values[names] = read_value(self.source, value, self.meant.values)
        except NotationError:
            # Where a layer needs the name after all, that is an error there.
            self.meant.values.pop(names, None)
            self.left_out.append(f"{names} = … (line {value.lineno})")

    def _name(self, target: ast.expr, meaning: Meaning, value: ast.expr) -> None:
        """Give a name to layers or results, or several names to as many."""
        match target, meaning:
            case ast.Name(id=name), _:
                self.meant.values.pop(name, None)
                self.meant.meanings[name] = meaning
            case ((ast.Tuple(elts=parts) | ast.List(elts=parts)), tuple()) if len(parts) == len(
                meaning
            ):
                for part, meant in zip(parts, meaning, strict=True):
                    self._name(part, meant, value)
            case _:
                quoted = f"{self.source.quote(target)} = {self.source.quote(value)}"
                raise self.meant.no_layer(value, quoted)

    def _forget(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        """Let names no longer mean what they did before an assignment."""
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self.meant.meanings[part.id] = LeftOut(value)

    def read_layers(self, node: ast.expr) -> None:
        """Read an expression that is a layer, several of them, or a call that holds some."""
        match node:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.read_layers(part)
            case ast.Call(
                func=ast.Attribute(value=model, attr="add"), args=[added], keywords=[]
            ) if self._is_model(model, added):
                self.meant.put(self._model(model, node), added)
            case ast.Call() if self._holds_no_layer(node) and called(node) == "compile":
                self.compiled = _arguments_of_compile(node)
            case ast.Call() if self._holds_no_layer(node):
                self.left_out.append(f"{dotted(node.func)} (line {node.lineno})")
            case ast.Call() | ast.BinOp():
                self._take_in(self.meant.read(node), node)
            case _:
                raise self.meant.no_layer(node)

    def _take_in(self, meaning: Meaning, node: ast.expr) -> None:
        """Call a layer that isn't called on anything on the one before."""
        match meaning:
            case Piece(taken=None):
                self.meant.call(meaning, (self.wiring.last,), node)
            case Block(is_model=False) if self.wiring.called:
                raise self._second(meaning)
            case Block(is_model=False, items=[_, *_]):
                self.meant.call(meaning, (self.wiring.last,), node)

    def _is_model(self, model: ast.expr, added: ast.expr) -> bool:
        """Tell whether `….add(…)` puts a layer in a Sequential, and doesn't add results up."""
        is_known = isinstance(self.meant.meanings.get(dotted(model)), Block)
        return is_known or not isinstance(added, ast.List | ast.Tuple | ast.Name)

    def _model(self, model: ast.expr, node: ast.expr) -> Block:
        """Return the Sequential of a name; a listing may begin after it was made."""
        name = dotted(model)
        known = self.meant.meanings.get(name)
        if isinstance(known, Block):
            return known
        block = self.wiring.add_block(Block(name, node))
        self.meant.meanings[name] = block
        return block

    def network(self) -> WrittenNetwork:
        """Return the network that was read; raise NotationError where it isn't whole."""
        self._call_whole()
        if not self.wiring.called:
            message = (
                "a network must have at least one layer, such as "
                "Conv2D(10, 5); Flatten(); Dense(2). Received: no layer"
            )
            raise NotationError(message)
        for block in self.wiring.blocks:
            if not block.is_trainable:
                block.freeze(False)
        layers = self.wiring.finished(self.meant.output or self.wiring.last)
        notes = []
        if self.left_out:
            notes.append(f"left out, since they hold no layer: {', '.join(self.left_out)}")
        uncalled = [f"{item.name} (line {item.node.lineno})" for item in self._uncalled()]
        if uncalled:
            places = ", ".join(uncalled)
            notes.append(f"left out, since the network doesn't call them: {places}")
        shape = cast("Shape | None", self.meant.input_shape)
        return WrittenNetwork(layers, shape, tuple(notes), self.compiled)

    def _uncalled(self) -> list[Piece | Block]:
        made: list[Piece | Block] = [*self.wiring.made, *self.wiring.blocks]
        return [item for item in made if not item.is_used and not _is_empty(item)]

    def _call_whole(self) -> None:
        """Call the Sequential that is the network; without a Model, all must be part of it."""
        if self.meant.output is not None:
            return
        for item in self._uncalled():
            if isinstance(item, Piece):
                message = (
                    f"the layer {item.name} is never called: expected it alone, or called on a "
                    f"result. Received: {self.source.quote(item.node)}"
                )
                raise self.source.error(item.node, message)
            if self.wiring.called:
                raise self._second(item)
            self.meant.call(item, (self.wiring.image,), item.node)

    def _second(self, block: Block) -> NotationError:
        message = "a listing must hold one network. Received: a second Sequential"
        return self.source.error(block.node, message)

    def _executed(self, statement: ast.stmt) -> NotationError:
        message = (
            f"{_EXECUTED[type(statement)]} isn't executed: expected every layer in the listing, or "
            'a file that Keras saved by model.save("network.keras"). '
            f"Received: {self.source.quote(statement)}"
        )
        return self.source.error(statement, message)

    @staticmethod
    def _holds_no_layer(node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Name(id="print")):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)):
                return name in _NO_LAYERS
        return False


def _is_empty(item: Piece | Block) -> bool:
    return isinstance(item, Block) and not item.items


def _arguments_of_compile(call: ast.Call) -> tuple[tuple[str, str], ...]:
    named = [(keyword.arg or "**", keyword.value) for keyword in call.keywords]
    given = [*zip(_COMPILE_ARGUMENTS, call.args, strict=False), *named]
    return tuple((name, ast.unparse(value)) for name, value in given)
