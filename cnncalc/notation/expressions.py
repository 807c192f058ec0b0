"""What the expressions of a listing stand for: layers, their results, and Sequentials of layers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import filterfalse

from cnncalc.errors import NotationError, OptionError
from cnncalc.layers import InputLayer, Layer
from cnncalc.layers.graph import IMAGE
from cnncalc.layers.separable import SeparableConv2D
from cnncalc.notation.freezing import read_flag
from cnncalc.notation.joining import (
    FUNCTIONS,
    function_layer,
    function_takes,
    operation_layer,
)
from cnncalc.notation.layer_calls import (
    input_shape_from,
    is_input,
    kind_of,
    layer_from,
    read_arguments,
    says_nothing,
    take_input_shape,
)
from cnncalc.notation.source import KINDS, Source, called, dotted, holds_layers
from cnncalc.notation.wiring import Block, LeftOut, Meaning, Piece, Wiring

__all__ = ["Expressions"]


class Expressions:
    """The names of a listing, and what expressions mean by them.

    `values` are the plain values of names, `meanings` the layers and results.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.wiring = Wiring(source)
        self.values: dict[str, object] = {}
        self.meanings: dict[str, Meaning] = {}
        self.input_shape: object = None
        self.output: Piece | None = None

    def concerns_layers(self, node: ast.expr) -> bool:
        """Tell whether an expression makes layers, or names the result of one."""
        return holds_layers(node) or any(
            isinstance(part, ast.Name) and self._is_result(part.id) for part in ast.walk(node)
        )

    def means_layers(self, name: str) -> bool:
        """Tell whether the listing gave a name to layers or results."""
        return isinstance(self.meanings.get(name), Piece | Block | tuple)

    def _is_result(self, name: str) -> bool:
        match self.meanings.get(name):
            case Piece() | tuple():
                return True
            case None:
                return name in self.wiring.by_name and name not in (*self.values, IMAGE)
        return False

    def read(self, node: ast.expr) -> Meaning:
        """Return what an expression stands for; raise NotationError for anything but layers."""
        match node:
            case ast.Name(id=name) if name not in self.values:
                return self._named(name, node)
            case ast.Constant(value=str(name)):
                return self.wiring.find(name, node)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(map(self.read, parts))
            case ast.BinOp():
                return self._operation(node)
            case ast.Call():
                return self._call(node)
        raise self.no_layer(node)

    def _named(self, name: str, node: ast.expr) -> Meaning:
        """Return what a name stands for: what the listing gave it, or else the layer's result."""
        meaning = self.meanings.get(name)
        if isinstance(meaning, LeftOut):
            where = self.source.place(meaning.node)
            message = f"{name} must be a layer or its result. Received: what {where} gave it"
            raise self.source.error(node, message)
        return self.wiring.find(name, node) if meaning is None else meaning

    def result(self, node: ast.expr) -> Piece:
        """Return the one result that an expression stands for."""
        results = self._results(node)
        if len(results) != 1:
            message = f"expected one result. Received: {self.source.quote(node)}"
            raise self.source.error(node, message)
        return results[0]

    def call(self, item: Piece | Block, taken: Sequence[Piece], node: ast.expr) -> Piece:
        """Call a layer, or the layers of a Sequential, on results; return the last one's."""
        if tuple(taken) == (self.wiring.image,) and self.input_shape is None:
            shape = item.shape
            if shape is not None:
                self.input_shape = input_shape_from(self.source, item.node, {"shape": shape})
        return self.wiring.call(item, taken, node)

    def put(self, block: Block, node: ast.expr) -> None:
        """Put a layer, or a Sequential of them, at the end of a Sequential."""
        if block.is_used:
            message = f"nothing can be added to {block.name} any more, which is whole or called"
            raise self.source.error(node, message)
        if is_input(node):
            if block.items or block.given_shape is not None:
                raise self._late_input(node)
            block.given_shape = self._shape_of_input(node)
            return
        item = self.read(node)
        if not isinstance(item, Piece | Block) or (
            isinstance(item, Piece) and item.taken is not None
        ):
            raise self.no_layer(node)
        self._refuse_model(item, node)
        self.wiring.use(item, node)
        block.items.append(item)

    def no_layer(self, node: ast.AST, quoted: str = "") -> NotationError:
        """Return the error for what is no layer."""
        message = (
            "expected a layer, such as Dense(2), or a Sequential of layers. "
            f"Received: {quoted or self.source.quote(node)}"
        )
        return self.source.error(node, message)

    def _call(self, node: ast.Call) -> Meaning:
        """Return what a call stands for."""
        func, name = node.func, called(node)
        is_given = self.means_layers(name) or name in self.meanings.keys() - KINDS
        if isinstance(func, ast.Call) or (isinstance(func, ast.Name) and is_given):
            return self._second_call(node)
        if not name:
            raise self.no_layer(node)
        if is_input(node):
            return self._input(node)
        whole: Mapping[str, Callable[[ast.Call], Meaning]]
        whole = {"Sequential": self._sequential, "Model": self._model}
        if name in FUNCTIONS:
            return self._function(node)
        return whole.get(name, self._layer)(node)

    def _layer(self, call: ast.Call) -> Piece:
        """Return the layer that a call makes."""
        kind = kind_of(self.source, call)
        arguments = read_arguments(self.source, kind, call, self.values)
        shape = take_input_shape(arguments)
        layer = layer_from(self.source, kind, call, arguments)
        name = self.wiring.name_of(layer)
        layers: tuple[Layer, ...] = (layer,)
        if isinstance(layer, SeparableConv2D):
            try:
                layers = replace(layer, name=name).split()
            except OptionError as error:
                raise self.source.error(call, f"{kind.__name__}: {error}") from None
        return self.wiring.add(Piece(name, layers, call, shape))

    def _sequential(self, call: ast.Call) -> Block:
        """Return the layers inside `Sequential([...])`, if any."""
        given = {str(keyword.arg): keyword.value for keyword in call.keywords}
        block = Block(self._name(call, given), call)
        for node in [*call.args, *(given[name] for name in given if name == "layers")][:1]:
            parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
            for part in parts:
                self.put(block, part)
        if "trainable" in given:
            block.is_trainable = read_flag(self.source, given["trainable"], self.values)
        return self.wiring.add_block(block)

    def _name(self, call: ast.Call, given: Mapping[str, ast.expr]) -> str:
        automatic = self.wiring.automatic_name(called(call))
        match given.get("name"):
            case ast.Constant(value=str(name)):
                return name
        return automatic

    def _model(self, call: ast.Call) -> Block:
        """Return the layers between `Model(inputs, outputs)`."""
        names = zip(("inputs", "outputs"), call.args, strict=False)
        given = dict(names) | {str(keyword.arg): keyword.value for keyword in call.keywords}
        if not {"inputs", "outputs"} <= given.keys():
            message = "a Model must be given inputs and outputs. "
            raise self.source.error(call, f"{message}Received: {self.source.quote(call)}")
        image, output = (self._one(name, given[name]) for name in ("inputs", "outputs"))
        if image is not self.wiring.image:
            message = "a Model's inputs must be the Input. "
            received = self.source.quote(given["inputs"])
            raise self.source.error(given["inputs"], f"{message}Received: {received}")
        if self.output is not None:
            message = "a listing must hold one network. Received: a second Model"
            raise self.source.error(call, message)
        self.output = output
        block = Block(self._name(call, given), call, is_used=True, is_model=True)
        block.items = self.wiring.items_in_keras_order(self.output)
        if "trainable" in given:
            block.is_trainable = read_flag(self.source, given["trainable"], self.values)
        return self.wiring.add_block(block)

    def _one(self, name: str, node: ast.expr) -> Piece:
        """Return a Model's input or output, read once: reading calls the layers that it holds."""
        results = self._results(node) if not isinstance(node, ast.Dict) else ()
        if len(results) != 1:
            message = (
                f"a network must have one input and one output. Received: {name}="
                f"{self.source.quote(node)}"
            )
            raise self.source.error(node, message)
        return results[0]

    def _input(self, call: ast.Call) -> Piece:
        """Return the image, whose shape is named."""
        if self.wiring.called or self.input_shape is not None:
            raise self._late_input(call)
        self.input_shape = self._shape_of_input(call)
        return self.wiring.image

    def _shape_of_input(self, call: ast.Call) -> object:
        arguments = read_arguments(self.source, InputLayer, call, self.values)
        shape = input_shape_from(self.source, call, arguments)
        if arguments.get("name"):
            self.wiring.by_name[str(arguments["name"])] = self.wiring.image
        return shape

    def _late_input(self, node: ast.expr) -> NotationError:
        message = "the input must be named once, before the first layer: a network takes one image"
        return self.source.error(node, message)

    def _second_call(self, node: ast.Call) -> Piece:
        """Return the result of a layer, or of a Sequential, called on others' results."""
        item = self.read(node.func)
        if not isinstance(item, Piece | Block) or (
            isinstance(item, Piece) and item.taken is not None
        ):
            message = (
                "only a layer that wasn't called yet can be called on results, for cnncalc has no "
                f"layers that share weights. Received: {self.source.quote(node)}"
            )
            raise self.source.error(node, message)
        self._refuse_model(item, node)
        for keyword in filterfalse(says_nothing, node.keywords):
            option = f"{keyword.arg}=" if keyword.arg else "**"
            received = f"{option}{self.source.quote(keyword.value)}"
            message = f"a layer is called on results alone. Received: {received}"
            raise self.source.error(keyword, message)
        if len(node.args) != 1:
            message = "a layer is called on one result, or on a list of them. "
            raise self.source.error(node, f"{message}Received: {self.source.quote(node)}")
        return self.call(item, self._results(node.args[0]), node)

    def _refuse_model(self, item: Piece | Block, node: ast.expr) -> None:
        if isinstance(item, Block) and item.is_model:
            message = (
                "a Model that is part of another isn't read; "
                'save the whole by model.save("network.keras") and give that file'
            )
            raise self.source.error(node, message)

    def _function(self, node: ast.Call) -> Piece:
        """Return the result of one of Keras's functions that join results, such as add([a, b])."""
        nodes = function_takes(node)
        taken = [result for part in nodes for result in self._results(part)]
        layer = function_layer(self.source, node, self.values)
        return self._joined(layer, taken, node, is_operation="ops" in dotted(node.func).split("."))

    def _operation(self, node: ast.BinOp) -> Piece:
        """Return the sum, difference or product of two results."""
        sides = (node.left, node.right)
        concerned = list(map(self.concerns_layers, sides))
        if not any(concerned):
            raise self.no_layer(node)
        layer = operation_layer(self.source, node, all(concerned))
        return self._joined(layer, list(map(self.result, sides)), node, is_operation=True)

    def _joined(
        self, layer: Layer, taken: Sequence[Piece], node: ast.expr, *, is_operation: bool
    ) -> Piece:
        name = self.wiring.name_of(layer)
        piece = self.wiring.add(Piece(name, (layer,), node, is_operation=is_operation))
        return self.call(piece, taken, node)

    def _results(self, node: ast.expr) -> tuple[Piece, ...]:
        """Return the results that an expression stands for, one or a list of them."""
        meant = self.read(node)
        found = meant if isinstance(meant, tuple) else (meant,)
        results = tuple(piece for piece in found if isinstance(piece, Piece))
        if len(results) != len(found) or any(piece.taken is None for piece in results):
            message = (
                "expected the result of a layer, as conv2d or Dense(2)(flatten). "
                f"Received: {self.source.quote(node)}"
            )
            raise self.source.error(node, message)
        return results
