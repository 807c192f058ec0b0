"""What a command does with a trace: show it in the form asked for, and write the file asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click
import numpy as np
from rich.console import RenderableType

from cnncalc.cli.console import Terminal, note, output_console, working
from cnncalc.cli.figures import (
    DRAWINGS,
    PIXELS,
    Figures,
    chosen_kind,
    figure_writer,
    refuse_unusable_figure,
)
from cnncalc.cli.options import DisplayOptions, OutputOptions
from cnncalc.cli.streams import say_remarks
from cnncalc.files.output import (
    check_output,
    csv_lines,
    output_ending,
    write_atomically,
    write_npy,
)
from cnncalc.network import Array, Network
from cnncalc.provenance import Provenance
from cnncalc.tasks.inputs import keep_input
from cnncalc.tasks.options import InputOptions
from cnncalc.trace import Trace
from cnncalc.views.terminal import Display

if TYPE_CHECKING:
    from cnncalc.views.page.document import Cell, Page
    from cnncalc.views.picture import Form, Scaling

__all__ = [
    "RECORD_ENDINGS",
    "check_size",
    "check_target",
    "display_of",
    "present",
    "present_record",
]

PICTURES: dict[str, Form] = {
    ".png": "png",
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".gif": "gif",
    ".webp": "webp",
}
PAGES = (".html",)
ENDINGS = (".xlsx", ".csv", ".npy", ".json", *PIXELS, *DRAWINGS, *PAGES)
# Of a training step, or of one number of its gradients.
RECORD_ENDINGS = (*PAGES, *DRAWINGS, *PIXELS, ".json")

# Smaller pictures are hardly to be seen: a figure is proposed.
SMALL_SIDE = 64

# Of a photo of 12 megapixels.
NUMBERS_A_SECOND = 3_000_000

Writer = Callable[[BinaryIO], str]


@dataclass(frozen=True)
class _Result:
    """A trace, what people see of it, where it came from, and what its classes are called.

    `matrix` is what a file of one matrix holds; `figures` are those that can be drawn; a page opens
    at the `cell`.
    """

    trace: Trace
    shown: RenderableType
    provenance: Provenance
    class_names: Sequence[str]
    matrix: Array
    figures: Figures
    cell: Cell | None


@dataclass(frozen=True)
class _Text:
    """Numbers as text: the pieces, for most of them a row, how many rows, how many numbers."""

    pieces: Iterable[str]
    rows: int
    numbers: int


def display_of(look: DisplayOptions) -> Display:
    """Return the view's options."""
    return Display(decimals=look.decimals, full=look.full, colors=look.colors)


def check_target(
    target: OutputOptions, given: InputOptions, endings: Sequence[str] = ENDINGS
) -> None:
    """Refuse an output file that can't be written before anything is computed for it."""
    refuse_unusable_figure(target)
    if target.output is not None:
        output_ending(target.output, endings)
        keep_input(target.output, given)
        check_output(target.output, force=target.force)


def check_size(target: OutputOptions, network: Network) -> None:
    """Refuse a workbook or a page that can't hold so much, before anything is computed for it."""
    ending = "" if target.output is None else target.output.suffix.lower()
    if ending == ".xlsx":
        from cnncalc.tasks.workbook_writing import require_workbook

        require_workbook(network)
    if ending == ".html":
        from cnncalc.tasks.page_making import require_page

        require_page(network.layers, network.input_shape)


def present(
    trace: Trace,
    shown: RenderableType,
    look: DisplayOptions,
    target: OutputOptions,
    provenance: Provenance,
    figures: Figures,
    class_names: Sequence[str] = (),
    layer_name: str | None = None,
    *,
    cell: Cell | None = None,
) -> None:
    """Print a trace as `look` says, and write it as `target` says.

    Arguments: the trace; `shown`, what stands for it in a table for people; where its numbers came
    from; its `figures`; what a network's classes are called; the layer whose output csv, npy and
    bare pictures hold, None for the last; the `cell` that a page opens at.
    """
    matrix = trace.output if layer_name is None else trace.layer(layer_name).output
    result = _Result(trace, shown, provenance, class_names, matrix, figures, cell)
    # Written first: whoever reads what is printed may go away (`| head`).
    if target.output is not None:
        _write(result, target.output, target)
    say_remarks()
    if look.form == "csv":
        _print(_csv(matrix))
    elif look.form == "json":
        _print(_json(result))
    else:
        output_console().print(shown)


def present_record(
    shown: RenderableType,
    json_pieces: Callable[[], Iterable[str]],
    look: DisplayOptions,
    target: OutputOptions,
    provenance: Provenance,
    figures: Figures,
    page: Callable[[], Page],
) -> None:
    """Print a record of a training step as `look` says, and write it as `target` says.

    Arguments: `shown`, for people; what makes its `json_pieces`; where it came from; its `figures`;
    what makes the `page` that calculates it.
    """
    if target.output is not None:
        ending = output_ending(target.output, RECORD_ENDINGS)
        write = _record_writer(ending, json_pieces, target, provenance, figures, page)
        with write_atomically(target.output, force=target.force) as file:
            said = write(file)
        note(f"wrote {target.output} ({said})")
    say_remarks()
    if look.form == "json":
        for piece in json_pieces():
            click.echo(piece, nl=False)
    else:
        output_console().print(shown)


def _record_writer(
    ending: str,
    json_pieces: Callable[[], Iterable[str]],
    target: OutputOptions,
    provenance: Provenance,
    figures: Figures,
    page: Callable[[], Page],
) -> Writer:
    def write_json(file: BinaryIO) -> str:
        file.writelines(piece.encode() for piece in json_pieces())
        return "every number"

    def write_html(file: BinaryIO) -> str:
        from cnncalc.tasks.page_writing import write_page

        return write_page(file, page())

    if ending == ".json":
        return write_json
    if ending in PAGES:
        return write_html
    kind = chosen_kind(target, ending, figures)
    return figure_writer(kind, figures, ending, target, provenance)


def _write(result: _Result, path: Path, target: OutputOptions) -> None:
    ending = output_ending(path, ENDINGS)
    writer = _writer(result, ending, target)
    with write_atomically(path, force=target.force) as file:
        said = writer(file)
    note(f"wrote {path}" + (f" ({said})" if said else ""))


def _writer(result: _Result, ending: str, target: OutputOptions) -> Writer:
    if ending == ".xlsx":
        return partial(_write_workbook, result)
    if ending in (*DRAWINGS, *PIXELS):
        kind = chosen_kind(target, ending, result.figures)
        if kind == "pixels":
            return partial(_write_picture, result, PICTURES[ending], target.scale)
        return figure_writer(kind, result.figures, ending, target, result.provenance)
    if ending in PAGES:
        return partial(_write_calculation, result)
    return partial(_write_numbers, result, ending)


def _write_numbers(result: _Result, ending: str, file: BinaryIO) -> str:
    if ending == ".npy":
        write_npy(file, result.matrix)
    else:
        text = _json(result) if ending == ".json" else _csv(result.matrix)
        with working("Writing numbers", text.numbers / NUMBERS_A_SECOND, text.rows) as advance:
            for piece in text.pieces:
                file.write(piece.encode())
                advance(1)
    if ending == ".json":
        return "every stage"
    return "the last matrix" if result.trace.is_output(result.matrix) else "the layer's output"


def _print(text: _Text) -> None:
    # A terminal shows by itself how far it is.
    seconds = 0 if sys.stdout.isatty() else text.numbers / NUMBERS_A_SECOND
    with working("Writing numbers", seconds, text.rows) as advance:
        for piece in text.pieces:
            click.echo(piece, nl=False)
            advance(1)


def _csv(matrix: Array) -> _Text:
    height, _, channels = np.atleast_3d(matrix).shape
    return _Text(csv_lines(matrix), height * channels, matrix.size)


def _json(result: _Result) -> _Text:
    # Imported here, like the picture's Pillow and the workbook's XlsxWriter: few calculations wait.
    from cnncalc.classification import class_said
    from cnncalc.views.records import write_json

    trace, origins = result.trace, result.provenance
    stages = [stage.values for stage in trace.stages]
    said = class_said(trace, result.class_names, origins.untrained)
    pieces = write_json(trace, origins, said)
    return _Text(pieces, sum(map(len, stages)), sum(values.size for values in stages))


def _write_picture(result: _Result, form: Form, scale: Scaling, file: BinaryIO) -> str:
    from cnncalc.views.picture import encode_picture

    picture = encode_picture(result.matrix, form, scale, result.provenance)
    file.write(picture.data)
    small = max(result.matrix.shape[:2]) < SMALL_SIDE and result.figures.is_bare
    hint = "; --figure flow draws it with its numbers" if small else ""
    return f"{picture.sentence}{hint}"


def _write_calculation(result: _Result, file: BinaryIO) -> str:
    from cnncalc.tasks.export_forms import image_name
    from cnncalc.tasks.page_making import recorded_page
    from cnncalc.tasks.page_writing import write_page

    origins = result.provenance
    what = (image_name(origins), result.class_names, None, result.cell)
    return write_page(file, recorded_page(result.trace, origins, *what))


def _write_workbook(result: _Result, file: BinaryIO) -> str:
    from cnncalc.tasks.workbook_writing import export_recorded

    trace, origins = result.trace, result.provenance
    return export_recorded(file, trace, origins, Terminal(), result.class_names)
