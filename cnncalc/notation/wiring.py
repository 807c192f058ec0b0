"""What a listing makes: layers as they are written, called on the results of others."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from cnncalc.errors import NotationError, OptionError
from cnncalc.layers import Concatenate, Layer, MergeLayer
from cnncalc.layers.graph import IMAGE, in_keras_order
from cnncalc.layers.names import automatic_names, named, snake_case
from cnncalc.notation.source import Source, nearest

__all__ = ["Block", "LeftOut", "Meaning", "Piece", "Wiring"]


@dataclass(eq=False)
class Piece:
    """A layer as it is written, and its result once it was called.

    `name` is its own or the automatic one; `layers` are those that do what it does, in a row; the
    image has none. `shape` is that of the input where it names one; `taken` what it was called on.
    An operation, such as x + y, is a layer here, but none of Keras's `model.layers`.
    """

    name: str
    layers: tuple[Layer, ...]
    node: ast.expr
    shape: object = None
    taken: tuple[Piece, ...] | None = None
    is_used: bool = False
    is_operation: bool = False

    @property
    def named_layers(self) -> tuple[Layer, ...]:
        """Its layers, named; of two, each has a name already."""
        first, *others = self.layers
        return (first, *others) if others else (replace(first, name=self.name),)

    @property
    def result(self) -> str:
        """The name of the layer whose result is its own, or the image's."""
        return self.named_layers[-1].name if self.layers else self.name

    def freeze(self, is_trainable: bool) -> None:
        """Let its layers be trained, or not."""
        self.layers = tuple(replace(layer, trainable=is_trainable) for layer in self.layers)


@dataclass(eq=False)
class Block:
    """Layers in a `Sequential`, which are called in a row, or those of a `Model` in Keras's order.

    `given_shape` is that of its Input, if it has one.
    """

    name: str
    node: ast.expr
    items: list[Piece | Block] = field(default_factory=list)
    given_shape: object = None
    is_trainable: bool = True
    is_used: bool = False
    is_model: bool = False

    @property
    def shape(self) -> object:
        """The input's shape, where it or its first layer names one."""
        first = self.items[0].shape if self.items else None
        return first if self.given_shape is None else self.given_shape

    def pieces(self) -> Iterator[Piece]:
        """Yield the layers in a row, those of a Sequential inside it as well."""
        for item in self.items:
            yield from item.pieces() if isinstance(item, Block) else (item,)

    def freeze(self, is_trainable: bool) -> None:
        """Let its layers be trained, or not."""
        for piece in self.pieces():
            piece.freeze(is_trainable)


@dataclass(frozen=True)
class LeftOut:
    """The value of a name that isn't understood: an error where a layer needs it after all."""

    node: ast.expr


Meaning: TypeAlias = "Piece | Block | LeftOut | tuple[Meaning, ...]"
"""What a name, or an expression, of a listing stands for."""


class Wiring:
    """The layers of a listing, in the order in which they are called."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.image = Piece(IMAGE, (), ast.Name(IMAGE), taken=())
        self.called: list[Piece] = []
        self.by_name = {IMAGE: self.image}
        self.made: list[Piece] = []
        self.blocks: list[Block] = []
        self._counts = Counter[str]()
        self._items: dict[Piece, Block] = {}

    @property
    def last(self) -> Piece:
        """The result that a layer takes which isn't called on anything."""
        return self.called[-1] if self.called else self.image

    def automatic_name(self, kind: str) -> str:
        """Return the name of the next layer of a kind, and count it."""
        base = snake_case(kind)
        count = self._counts[base]
        self._counts[base] += 1
        return f"{base}_{count}" if count else base

    def name_of(self, layer: Layer) -> str:
        """Return a layer's own name, or the automatic one; count it in any case."""
        automatic = self.automatic_name(type(layer).__name__)
        return layer.name or automatic

    def add(self, piece: Piece) -> Piece:
        """Let a layer be known by its name from now on, and return it."""
        self.by_name[piece.name] = piece
        self.made.append(piece)
        return piece

    def add_block(self, block: Block) -> Block:
        """Count in a Sequential or a Model, and return it."""
        self.blocks.append(block)
        return block

    def call(self, item: Piece | Block, taken: Sequence[Piece], node: ast.expr) -> Piece:
        """Call a layer, or those of a Sequential in a row, on results; return its own result.

        Raises NotationError where it was called before, or takes another number of results.
        """
        self.use(item, node)
        result = tuple(taken)
        for piece in (item,) if isinstance(item, Piece) else tuple(item.pieces()):
            self._check_count(piece, result, node)
            piece.taken = result
            self.called.append(piece)
            result = (piece,)
            if isinstance(item, Block):
                self._items[piece] = item
        return result[0]

    def use(self, item: Piece | Block, node: ast.AST) -> None:
        """Mark a layer or a Sequential as used; raise NotationError where it is already."""
        if item.is_used:
            what = f"the layer {item.name}" if isinstance(item, Piece) else "the Sequential"
            where = self.source.place(item.node)
            message = f"{what} ({where}) is used twice; cnncalc has no layers that share weights"
            raise self.source.error(node, message)
        item.is_used = True

    def find(self, name: str, node: ast.AST) -> Piece:
        """Return what has a layer's name; raise NotationError that proposes the nearest one."""
        if name in self.by_name:
            return self.by_name[name]
        close = nearest(name, self.by_name)
        known = ", ".join(self.by_name)
        hint = f"the nearest name is {close}" if close else f"there are {known}"
        raise self.source.error(node, f"no layer before this one is named {name}; {hint}")

    def finished(self, output: Piece) -> tuple[Layer, ...]:
        """Return all layers in Keras's order; raise NotationError for one that leads nowhere."""
        self._require_taken(output)
        before = [self.image, *self.called]
        if all(piece.taken == (taken,) for piece, taken in zip(self.called, before, strict=False)):
            return _chain(self.called)
        layers = [layer for piece in self.called for layer in _wired(piece)]
        self._check_names()
        try:
            return in_keras_order(named(layers))
        except OptionError as error:
            raise NotationError(str(error)) from None

    def items_in_keras_order(self, output: Piece) -> list[Piece | Block]:
        """Return the image and what was called so far, as `model.layers` has them in Keras.

        A Sequential that was called is one of them.
        """
        self._require_taken(output)
        names: dict[Piece | Block, str] = {self.image: IMAGE}
        stand_ins: list[Layer] = []
        for piece in self.called:
            item = self._items.get(piece, piece)
            if item not in names:
                taken = tuple(
                    names[self._items.get(result, result)] for result in piece.taken or ()
                )
                names[item] = str(len(stand_ins))
                stand_ins.append(Concatenate(name=names[item], inputs=taken))
        by_name = {name: item for item, name in names.items()}
        items = [self.image, *(by_name[layer.name] for layer in in_keras_order(stand_ins))]
        return [item for item in items if isinstance(item, Block) or not item.is_operation]

    def _check_count(self, piece: Piece, taken: Sequence[Piece], node: ast.expr) -> None:
        layer = piece.layers[0]
        if isinstance(layer, MergeLayer):
            try:
                layer.check_inputs(len(taken))
            except OptionError as error:
                raise self.source.error(node, str(error)) from None
        elif len(taken) != 1:
            received = ", ".join(result.name for result in taken) or "none"
            message = f"{type(layer).__name__} must be called on one result. Received: {received}"
            raise self.source.error(node, message)

    def _require_taken(self, output: Piece) -> None:
        """Raise NotationError for a result, other than the network's, that nobody takes."""
        taken = {id(result) for piece in self.called for result in piece.taken or ()}
        for piece in self.called:
            if piece is not output and id(piece) not in taken:
                message = (
                    f"no layer takes the result of {piece.name}; a network has one output, here "
                    f"{output.name}"
                )
                raise self.source.error(piece.node, message)

    def _check_names(self) -> None:
        """Raise NotationError where layers that take each other by name have the same one."""
        met = {IMAGE}
        for piece in self.called:
            if piece.name in met:
                message = (
                    "layers that branch must each have a name of their own, and none that of the "
                    f"image. Received: {piece.name} twice"
                )
                raise self.source.error(piece.node, message)
            met.add(piece.name)


def _chain(pieces: Sequence[Piece]) -> tuple[Layer, ...]:
    """Return layers in a row, without the names that they have automatically."""
    names = [layer.name for piece in pieces for layer in piece.named_layers]
    layers = [layer for piece in pieces for layer in piece.layers]
    automatic = automatic_names(layers)
    return tuple(
        layer if name == unsaid else replace(layer, name=name)
        for layer, name, unsaid in zip(layers, names, automatic, strict=True)
    )


def _wired(piece: Piece) -> tuple[Layer, ...]:
    """Return the layers of a piece by their names, the first with the names of what it takes."""
    first, *others = piece.named_layers
    return (replace(first, inputs=tuple(taken.result for taken in piece.taken or ())), *others)
