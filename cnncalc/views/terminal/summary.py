"""A network in numbers: Keras's own table, then what Keras does not show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from rich.console import RenderableType
from rich.table import Column as KerasColumn
from rich.table import Table
from rich.text import Text

from cnncalc.layers import WindowLayer
from cnncalc.layers.graph import IMAGE
from cnncalc.shapes import Size
from cnncalc.summary import LayerSummary, Summary, affordable_units, fully_connected
from cnncalc.views.terminal.blocks import INDENT
from cnncalc.views.terminal.screen import FAINT, Display, Screen
from cnncalc.views.terminal.tables import Column, Page, in_lines, plain_table

__all__ = ["memory_text", "render_comparison", "render_summary"]

# What borders and margins take of a column.
BORDER = 4


@dataclass(frozen=True)
class _KerasTable:
    """How wide Keras's table is at most, its headings, and where each column ends, as shares.

    Source: keras/src/utils/summary_utils.py.
    """

    width: int
    columns: tuple[tuple[str, float], ...]


_CHAIN = _KerasTable(88, (("Layer (type)", 0.45), ("Output Shape", 0.80), ("Param #", 1.0)))
_BRANCHED = _KerasTable(
    108, (("Layer (type)", 0.3), ("Output Shape", 0.56), ("Param #", 0.74), ("Connected to", 1.0))
)
# On a narrower screen the fourth column has no room: what is taken stands below the names.
_LEAST_BRANCHED = 72


def render_summary(summary: Summary, name: str, remark: str = "") -> Page:
    """Render a network's summary.

    Arguments: the `summary`; the network's `name`; a `remark` on its parameters, if there is one.

    >>> from cnncalc.views.terminal.plain import plain_lines
    >>> from cnncalc import summarize
    >>> summary = summarize("Flatten(); Dense(2)", input_shape=(2, 2, 1))
    >>> [line for line in plain_lines(render_summary(summary, "tiny")) if "(4 + 1)" in line]
    ['  dense  (4 + 1) × 2 = 10']
    """

    def build(screen: Screen) -> Iterator[RenderableType]:
        yield screen.line(f'Model: "{name}"', "bold")
        yield _keras_table(summary, screen)
        yield from _keras_totals(summary, screen)
        yield from screen.sentences(remark, FAINT)
        yield screen.line()
        yield from _costs(summary, screen)
        yield from _formulas(summary, screen)

    return Page(Display(), build)


def _keras_table(summary: Summary, screen: Screen) -> Table:
    is_narrow = screen.width < _LEAST_BRANCHED
    form = _BRANCHED if summary.branches and not is_narrow else _CHAIN
    width = max(40, min(form.width, screen.width - 4))
    columns, used = [], 0
    for heading, end in form.columns:
        space = int(end * width) - used
        side: Literal["left", "right"] = "right" if heading == "Param #" else "left"
        columns.append(KerasColumn(heading, justify=side, width=space))
        used += space
    room, last = (int(columns[place].width or 0) - BORDER for place in (0, -1))
    table = Table(*columns, width=width, show_lines=True)
    for row in summary.layers:
        sizes = ", ".join(map(str, ("None", *row.output_shape)))
        layer = f"{in_lines(row.layer.name, room)} ({type(row.layer).__name__})"
        cells = [layer, f"({sizes})", f"{row.parameters:,}"]
        if form is _BRANCHED:
            texts = map(_connection, row.connected_to)
            cells.append(",\n".join(in_lines(text, last) for text in texts))
        elif row.layer.inputs:
            cells[0] += "\n← " + ", ".join(row.connected_to)
        table.add_row(*(Text(screen.spell(cell)) for cell in cells))
    return table


def _connection(name: str) -> str:
    """Write a result as Keras does: the layer's first call, and the first tensor of that."""
    return name if name == IMAGE else f"{name}[0][0]"


def _keras_totals(summary: Summary, screen: Screen) -> Iterator[Text]:
    counts = {
        "Total params": summary.parameters,
        "Trainable params": summary.trainable,
        "Non-trainable params": summary.parameters - summary.trainable,
    }
    for what, count in counts.items():
        yield screen.line(f" {what}: {count:,} ({memory_text(4 * count)})")


def _costs(summary: Summary, screen: Screen) -> Iterator[RenderableType]:
    columns: list[Column] = [
        ("Layer", "left"),
        ("Window", "left"),
        ("Stride", "left"),
        ("Multiply-adds", "right"),
        ("Receptive\nfield", "right"),
        ("Output", "right"),
        ("Weights", "right"),
    ]
    rows = [_cost_row(row) for row in summary.layers]
    total = (
        *("Total", "", "", f"{summary.multiply_adds:,}", ""),
        *(memory_text(summary.output_bytes), memory_text(summary.weight_bytes)),
    )
    text = f"What each layer does and costs, for one sample of {_size(summary.input_shape)}"
    yield screen.line(text, "bold")
    yield screen.line()
    yield plain_table(columns, [*rows, total], screen, totals=1)
    yield screen.line()
    yield from screen.sentences(
        "Receptive field: the pixels that one number of the output sees, as if the image had no "
        "edge. Output and Weights: memory as float32.",
        FAINT,
    )
    yield screen.line()


def _cost_row(row: LayerSummary) -> Sequence[str]:
    return (
        row.layer.name,
        _window_text(row),
        _pair_text(row.window.strides) if row.window else "",
        f"{row.multiply_adds:,}" if row.multiply_adds else "",
        _size(row.receptive_field) if row.receptive_field else "",
        memory_text(row.output_bytes),
        memory_text(row.weight_bytes) if row.parameters else "",
    )


def _window_text(row: LayerSummary) -> str:
    """Return the size of a filter, or of a pool."""
    if row.window is None or not isinstance(row.layer, WindowLayer):
        return ""
    text = _size(row.layer.window_shape(row.input_shape))
    if max(row.window.dilation_rate) > 1:
        text += f" dilated {_pair_text(row.window.dilation_rate)}"
    return text


def _pair_text(pair: Size) -> str:
    """Write two equal numbers as one."""
    return str(pair.height) if pair.height == pair.width else _size(pair)


def _formulas(summary: Summary, screen: Screen) -> Iterator[Text]:
    """Write the parameter counts out."""
    written = [
        (row.layer.name, row.formula + ", frozen" * (not row.layer.trainable))
        for row in summary.layers
        if row.formula
    ]
    if not written:
        return
    yield screen.line("Parameters, written out", "bold")
    widest = max(len(name) for name, _ in written)
    for name, formula in written:
        yield screen.line(" " * INDENT + f"{name:<{widest}}  {formula}")
    yield screen.line()


def render_comparison(summary: Summary) -> Page:
    """Render a network beside the fully connected one that could do the same."""

    def build(screen: Screen) -> Iterator[RenderableType]:
        image = _size(summary.input_shape)
        yield screen.line(f"Versus a fully connected network on the same {image} image", "bold")
        yield screen.line()
        yield _comparison_table(summary, fully_connected(summary), screen)
        yield screen.line()
        for text in _reasons(summary):
            yield from screen.sentences(text, FAINT)
        yield screen.line()

    return Page(Display(), build)


def _comparison_table(summary: Summary, other: Summary, screen: Screen) -> Table:
    columns: list[Column] = [
        ("Parameters", "left"),
        ("this network", "right"),
        ("fully connected", "right"),
    ]
    counts = [
        {row.layer.name: row.parameters for row in network.layers} for network in (summary, other)
    ]
    rows = [
        (name, *(f"{count[name]:,}" if name in count else "" for count in counts))
        for name in counts[0]
        if any(count.get(name) for count in counts)
    ]
    totals = [
        ("Total params", f"{summary.parameters:,}", f"{other.parameters:,}"),
        ("Weights", memory_text(summary.weight_bytes), memory_text(other.weight_bytes)),
        ("Multiply-adds", f"{summary.multiply_adds:,}", f"{other.multiply_adds:,}"),
    ]
    return plain_table(columns, [*rows, *totals], screen, totals=len(totals))


def _reasons(summary: Summary) -> Iterator[str]:
    """Say what the other network is, and where the difference comes from."""
    yield (
        "Fully connected: each convolution becomes a Dense layer with as many units as its "
        "activation maps have numbers, so that it could compute the same. Each unit then has a "
        "weight for every number of its input. Pooling and the like have no place there."
    )
    first = next(row for row in summary.layers if row.layer.has_filters)
    cells = prod(first.layer.weight_shapes(first.input_shape)["kernel"][:3])
    yield (
        f"One hidden unit on this image needs {prod(summary.input_shape):,} weights, one filter "
        f"of {first.layer.name} needs {cells:,}: it sees few pixels at a time (local connections) "
        "and is the same at every place (shared weights)."
    )
    units = affordable_units(summary)
    yield (
        f"With no more parameters than this network's, a fully connected one could have "
        f"{units:,} unit{'' if units == 1 else 's'} in a single hidden layer."
    )


def _size(shape: Sequence[int] | None) -> str:
    return "×".join(map(str, shape or ()))


def memory_text(size: float) -> str:
    """Write bytes as Keras does.

    >>> memory_text(4 * 438_842)
    '1.67 MB'
    """
    units = ["B", "KB", "MB", "GB", "TB", "PB"]
    for unit in units:
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} {units[-1]}"
