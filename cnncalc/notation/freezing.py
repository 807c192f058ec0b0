"""Freezing layers after they were listed: `model.layers[0].trainable = False`, and its likes."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cnncalc.errors import NotationError, OptionError
from cnncalc.layers.checks import check_flag
from cnncalc.notation.source import Source, read_value

__all__ = ["Setting", "layers_set", "read_flag", "trainable_setting"]


class Setting(NamedTuple):
    """A statement that sets `trainable`: of what, an expression, and to which value."""

    of: ast.expr
    value: ast.expr

    @property
    def model(self) -> str:
        """The name of the network that it is about; empty where it is about nothing by name."""
        node: ast.expr = self.of
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        return node.id if isinstance(node, ast.Name) else ""


def trainable_setting(statement: ast.stmt) -> Setting | None:
    """Return what a statement sets to be trained or not; None for any other statement.

    It is an assignment, or a loop over layers with this one assignment in it.

    >>> setting = trainable_setting(ast.parse("model.layers[0].trainable = False").body[0])
    >>> ast.unparse(setting.of), ast.unparse(setting.value), setting.model
    ('model.layers[0]', 'False', 'model')
    """
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=of, attr="trainable")], value=value):
            return Setting(of, value)
        case ast.For(target=ast.Name(id=name), iter=layers, body=[inner], orelse=[]):
            match trainable_setting(inner):
                case Setting(of=ast.Name(id=variable), value=value) if variable == name:
                    return Setting(layers, value)
    return None


def layers_set(
    source: Source, setting: Setting, listed: Sequence[str], names: Mapping[str, object]
) -> list[int]:
    """Return the positions of the layers that a statement is about.

    Arguments: the `source` of the statement; the `setting` that it is; the names of the layers
    `listed` so far; the values that the listing gave to `names`.
    Raises NotationError for layers that aren't there, or an expression that isn't understood.
    """
    positions = list(range(len(listed)))
    match setting.of:
        case ast.Name() | ast.Attribute(value=ast.Name(), attr="layers"):
            return positions
        case ast.Subscript(value=ast.Attribute(value=ast.Name(), attr="layers"), slice=index):
            found = _indexed(source, index, positions, names)
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="get_layer")) as call:
            found = _got(source, call, listed, names)
        case _:
            found = []
    if not found:
        raise _unknown(source, setting, listed)
    return found


def read_flag(source: Source, node: ast.expr, names: Mapping[str, object]) -> bool:
    """Return True or False, as an expression says; raise NotationError for anything else."""
    value = read_value(source, node, names)
    try:
        check_flag(value, "trainable")
    except OptionError as error:
        raise source.error(node, str(error)) from None
    return bool(value)


def _indexed(
    source: Source, index: ast.expr, positions: list[int], names: Mapping[str, object]
) -> list[int]:
    """Return what `[0]` or `[:-1]` takes of all positions; nothing where there is no such one."""
    if isinstance(index, ast.Slice):
        parts = (index.lower, index.upper, index.step)
        read = [None if part is None else read_value(source, part, names) for part in parts]
        bounds = [bound for bound in read if bound is None or isinstance(bound, int)]
        return positions[slice(*bounds)] if len(bounds) == len(parts) else []
    value = read_value(source, index, names)
    is_inside = type(value) is int and -len(positions) <= value < len(positions)
    return [positions[value]] if is_inside and isinstance(value, int) else []


def _got(
    source: Source, call: ast.Call, listed: Sequence[str], names: Mapping[str, object]
) -> list[int]:
    """Return the position of the layer that `get_layer("name")` or `get_layer(index=0)` gives."""
    given = dict(zip(("name", "index"), call.args, strict=False))
    given |= {str(keyword.arg): keyword.value for keyword in call.keywords}
    values = {name: read_value(source, part, names) for name, part in given.items()}
    if "index" in values:
        return _indexed(source, given["index"], list(range(len(listed))), names)
    name = values.get("name")
    return [listed.index(str(name))] if name in listed else []


def _unknown(source: Source, setting: Setting, listed: Sequence[str]) -> NotationError:
    known = ", ".join(listed) or "none"
    message = (
        "trainable is set of the network, of its layers by number (model.layers[0], "
        f'model.layers[:2]) or by name (model.get_layer("…")). The layers so far: {known}. '
        f"Received: {source.quote(setting.of)}"
    )
    return source.error(setting.of, message)
