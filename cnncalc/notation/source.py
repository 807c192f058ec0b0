"""The text of a listing: its syntax tree, where a part of that stands, and what its words mean.

That is: which layers, arguments and values its names, calls and numbers stand for.
"""

from __future__ import annotations

import ast
import operator
import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from cnncalc.errors import NotationError, OptionError
from cnncalc.layers import ACTIVATIONS, L1L2, Layer
from cnncalc.layers.regularizers import REGULARIZERS
from cnncalc.layers.separable import SeparableConv2D
from cnncalc.layers.vocabulary import LAYERS

__all__ = [
    "KINDS",
    "OLD_ARGUMENT_NAMES",
    "OLD_LAYER_NAMES",
    "Source",
    "called",
    "dotted",
    "holds_layers",
    "makes_application",
    "nearest",
    "read_value",
]

LONGEST_QUOTE = 40

LONGEST_LISTING = 1_000_000


@dataclass(frozen=True)
class Source:
    """A listing's text."""

    text: str

    def statements(self) -> list[ast.stmt]:
        """Return the listing's statements.

        Raises NotationError with line and column for a text that is not Python's syntax.
        """
        if len(self.text) > LONGEST_LISTING:
            message = f"a listing must have at most {LONGEST_LISTING:,} characters. "
            raise NotationError(message + f"Received: {len(self.text):,}")
        try:
            with warnings.catch_warnings():
                # Python warns of oddities such as "\d"; what they mean for us, we say ourselves.
                warnings.simplefilter("ignore")
                return ast.parse(textwrap.dedent(self.text)).body
        except SyntaxError as error:
            where = f"line {error.lineno or 1}, column {max(1, self._indented(error.offset or 1))}"
            why = self._why(error)
            message = f"{where}: not a list of layers in Keras calls: {why}"
            raise NotationError(message) from None
        except (ValueError, RecursionError, MemoryError) as error:
            message = f"not a list of layers in Keras calls: {error or 'nested too deeply'}"
            raise NotationError(message) from None

    def error(self, node: ast.AST, message: str) -> NotationError:
        """Return an error that points at a part of the tree."""
        return NotationError(f"{self.place(node)}: {message}")

    def place(self, node: ast.AST) -> str:
        """Return where a part of the tree starts, both counted from 1: "line 2, column 5"."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        # Python counts the bytes of UTF-8, people count characters.
        lines = re.split(r"\r\n|\r|\n", textwrap.dedent(self.text))
        start = lines[line - 1].encode()[:offset].decode()
        return f"line {line}, column {self._indented(len(start) + 1)}"

    def quote(self, node: ast.AST) -> str:
        """Return a part of the tree as it was written, on one line and not too long."""
        text = " ".join(ast.unparse(node).split())
        return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"

    @staticmethod
    def _why(error: SyntaxError) -> str:
        """Return what is wrong: Python calls a bracket that is open at a `;` invalid syntax."""
        at = (error.offset or 1) - 1
        is_open = error.msg == "invalid syntax" and (error.text or "")[at : at + 1] == ";"
        return "a bracket before this ';' was never closed" if is_open else error.msg

    def _indented(self, column: int) -> int:
        """Count in the indentation that the whole listing had."""
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        bare = next((line for line in textwrap.dedent(self.text).splitlines() if line.strip()), "")
        return column + len(first) - len(bare)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that a misspelt one is nearest to, whatever its capitals; or empty.

    >>> nearest("maxpooling2d", ["MaxPooling2D", "Dense"])
    'MaxPooling2D'
    """
    by_lower = {name.lower(): name for name in known}
    matches = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else ""


KINDS: Mapping[str, type[Layer]] = {**LAYERS, SeparableConv2D.__name__: SeparableConv2D}
"""The layers that a listing may hold: ours, and one that is read as two of them."""

OLD_LAYER_NAMES = {
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "Input": "InputLayer",
}

OLD_ARGUMENT_NAMES = {
    "alpha": "negative_slope",
    "border_mode": "padding",
    "nb_filter": "filters",
    "output_dim": "units",
    "subsample": "strides",
}


def holds_layers(node: ast.AST) -> bool:
    """Tell whether a layer, a Sequential or a Model is called anywhere in a part of a listing."""
    known = {*KINDS, *OLD_LAYER_NAMES, "Sequential", "Model"}
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    return any(called(call) in known or makes_application(call) for call in calls)


def makes_application(call: ast.Call) -> bool:
    """Tell whether a call builds one of Keras's ready-made networks.

    >>> makes_application(ast.parse("keras.applications.ResNet50()", mode="eval").body)
    True
    """
    # preprocess_input and such stand there, too, and have small letters.
    return ".applications." in dotted(call.func) and called(call)[:1].isupper()


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called; empty where that has no name."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name) if dotted(call.func):
            return name
    return ""


def dotted(node: ast.expr) -> str:
    """Return a plain dotted name, as `tf.keras.layers.Dense`; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}" if dotted(value) else ""
    return ""


# No size, stride or seed is larger; arithmetic on larger numbers would only cost time.
LARGEST_WHOLE_NUMBER = 10**15

# Names of tuples of names of tuples would grow beyond any memory.
MOST_VALUES = 10_000

Value = object

_OPERATIONS: Mapping[type[ast.operator | ast.unaryop], Callable[..., float]] = {
    ast.USub: operator.neg,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


def read_value(source: Source, node: ast.expr, names: Mapping[str, Value]) -> Value:
    """Return the value that an expression spells out.

    Arguments: the `source` of the expression; its `node` in the tree; the values that the
    listing gave to `names` beforehand. Arithmetic on numbers is worked out (`1 / 255`); a dotted
    name that ends in an activation (`tf.nn.relu`) stands for the activation's name; a call of one
    of Keras's regularizers (`L2(0.01)`) for that.
    Raises NotationError for anything else: code is not executed.
    """
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return _moderate(source, node, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return _short_enough(source, node, [read_value(source, part, names) for part in parts])
        case ast.UnaryOp(op=sign) | ast.BinOp(op=sign) if type(sign) in _OPERATIONS:
            return _calculate(source, node, names)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Attribute(attr=name) if name in ACTIVATIONS:
            return name
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in REGULARIZERS:
            return _regularizer(source, node, REGULARIZERS[name], names)
    message = (
        "a value must be a number, a text, True, False, None, or a tuple of these: code is not "
        f"executed. Received: {source.quote(node)}"
    )
    raise source.error(node, message)


def _regularizer(
    source: Source, call: ast.Call, kind: type[L1L2], names: Mapping[str, Value]
) -> L1L2:
    """Return the regularizer that a call such as `keras.regularizers.L2(0.01)` makes."""
    known = list(kind().factors)
    named = ((keyword.arg, keyword.value) for keyword in call.keywords)
    given = [*zip(known, call.args, strict=False), *named]
    arguments = {name: _number(source, value, names) for name, value in given if name in known}
    if len(arguments) != len(call.args) + len(call.keywords):
        message = f"{kind.__name__} takes {' and '.join(known)}. Received: {source.quote(call)}"
        raise source.error(call, message)
    try:
        return kind(**arguments)
    except OptionError as error:
        raise source.error(call, f"{kind.__name__}: {error}") from None


def _calculate(source: Source, node: ast.UnaryOp | ast.BinOp, names: Mapping[str, Value]) -> Value:
    sides = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
    numbers = [_number(source, side, names) for side in sides]
    try:
        return _moderate(source, node, _OPERATIONS[type(node.op)](*numbers))
    except ArithmeticError as error:
        message = f"{source.quote(node)} can't be worked out: {error}"
        raise source.error(node, message) from None


def _number(source: Source, node: ast.expr, names: Mapping[str, Value]) -> float:
    value = read_value(source, node, names)
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"arithmetic must be on numbers. Received: {source.quote(node)}"
        raise source.error(node, message)
    return value


def _short_enough(source: Source, node: ast.expr, values: Sequence[Value]) -> Value:
    """Return values in a tuple; raise NotationError for more than any argument has."""
    if sum(map(_count, values)) > MOST_VALUES:
        message = f"a tuple must hold at most {MOST_VALUES:,} values"
        raise source.error(node, message)
    return tuple(values)


def _count(value: Value) -> int:
    return sum(map(_count, value)) + 1 if isinstance(value, tuple) else 1


def _moderate(source: Source, node: ast.expr, value: Value) -> Value:
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE_NUMBER:
        message = f"a whole number must be at most {LARGEST_WHOLE_NUMBER:,}"
        raise source.error(node, message)
    return value
