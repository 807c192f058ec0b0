"""The About sheet: what a workbook is, for people, and its calculations, for `verify`.

Each calculation stands there in a few lines, from which `read_about` makes the same
specification, and so the same plan, again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cnncalc.errors import InputError
from cnncalc.layers import MergeLayer
from cnncalc.provenance import Provenance
from cnncalc.rules.optimizers import CONVENTIONS
from cnncalc.sheet.layouts.sheet_parts import ABOUT
from cnncalc.sheet.plan import Layout, Plan, Sheet, Specification, Text
from cnncalc.sheet.specification_lines import lines_of, read_specifications
from cnncalc.sheet.worksheet import SENTENCE, WorksheetOptions
from cnncalc.views.provenance import provenance_lines

__all__ = ["about_sheet", "read_about"]

_FORMAT = ("Workbook format", "cnncalc 1")
_WORKSHEET_FORMAT = ("Workbook format", "cnncalc worksheet 1")

_CONVENTIONS = (
    ("Convolution", "A cross-correlation, as in Keras and PyTorch: the weights are not flipped."),
    ("Padding", "Zeros are cells too. Of 'same' padding, an odd row or column is below or right."),
    (
        "Pooling",
        "Padding is empty cells where it must not count: for max, and for average with 'same'. "
        "Average divides by the number of cells that count; L2 is the root of the sum of squares.",
    ),
    ("Size", "(W − F + 2P) / S + 1, rounded down; a dilated filter spans D(F − 1) + 1."),
    ("Numbers", "64-bit floating point, in cnncalc as in a spreadsheet."),
)
_NETWORK_CONVENTIONS = (
    (
        "Positions",
        "Rows, columns, channels, units and classes count from 0, as in cnncalc explain.",
    ),
    ("Flatten", "Row by row, in each row column by column, at each position channel by channel."),
    ("Softmax", "The largest number is subtracted first, so that no exponential overflows."),
)
_MERGE_CONVENTIONS = (
    (
        "Merges",
        "Results are joined number by number; one of a single row, column or channel counts at all "
        "of the others'.",
    ),
)
_TRAINING_CONVENTIONS = (
    ("Loss", "The mean over the samples of a step; each gradient is that of this mean."),
    ("Gradients", "ReLU's slope at 0 is 0; of equal numbers, max pooling takes the first."),
    ("Optimizer", CONVENTIONS),
)


def about_sheet(
    plan: Plan,
    provenance: Provenance,
    worksheet: str = "",
    options: WorksheetOptions | None = None,
) -> Sheet:
    """Return the About sheet of a plan.

    Arguments: the plan; the `provenance` of its numbers; the identity of the `worksheet` that this
    is, or is the key to; the `options` of one to be filled in: then it says nothing of the
    provenance but the version, as the rest would lead to the solution.
    """
    if options:
        provenance = Provenance(version=provenance.version)
    # The layers stand below, for verify.
    provenance = replace(provenance, layers="")
    lines = [
        *(_worksheet_lines(options) if options else _workbook_lines(plan)),
        *provenance_lines(provenance),
        *([("Worksheet", worksheet)] if worksheet else ()),
        *_CONVENTIONS,
        *(_NETWORK_CONVENTIONS if _has_layout(plan, "network", "training") else ()),
        *(_MERGE_CONVENTIONS if _has_merge(plan) else ()),
        *(_TRAINING_CONVENTIONS if _has_layout(plan, "training") else ()),
        ("", ""),
        ("For verify", "The lines below say what is calculated here: leave them as they are."),
        _WORKSHEET_FORMAT if options else _FORMAT,
        *(line for specification in plan.specifications for line in lines_of(specification)),
    ]
    texts = [Text(0, 0, "About this workbook", "title")]
    for row, (key, value) in enumerate(lines, start=2):
        texts += [Text(row, 0, key, "label"), Text(row, 1, value, "wrapped")]
    return Sheet(
        *(ABOUT, ABOUT, "", 0),
        texts=tuple(texts),
        cell=0,
        widths=((0, 130), (1, 640)),
        locked=options is not None,
    )


_WHAT = (
    "calculated with formulas: each number follows from the pixels and weights, and changes with "
    "them. The formulas were written by cnncalc, with their values beside them."
)


def _worksheet_lines(options: WorksheetOptions) -> list[tuple[str, str]]:
    return [
        (
            "What this is",
            "A convolution to be calculated by hand: fill in each blank from the pixels and "
            "weights.",
        ),
        ("Answers", f"A number, or a formula of your own: {SENTENCE}."),
        ("Solution", options.about_solution),
    ]


def _workbook_lines(plan: Plan) -> list[tuple[str, str]]:
    return [
        ("What this is", f"{_noun(plan)} {_WHAT}"),
        ("Try", _suggestion(plan)),
        ("Check", "cnncalc verify and this file's name recompute every number."),
    ]


def _noun(plan: Plan) -> str:
    if _has_layout(plan, "training"):
        return "The training of a network,"
    return "A network" if _has_layout(plan, "network") else "A convolution"


def _has_layout(plan: Plan, *layouts: Layout) -> bool:
    return any(specification.layout in layouts for specification in plan.specifications)


def _has_merge(plan: Plan) -> bool:
    layers = (layer for specification in plan.specifications for layer in specification.layers)
    return any(isinstance(layer, MergeLayer) for layer in layers)


def _suggestion(plan: Plan) -> str:
    """Return what to type over, with the cells of this very workbook."""
    blocks = [(sheet.name, block) for sheet in plan.sheets for block in sheet.blocks]
    cells = [
        f"{what} in {name}!{block.address(0, 0)}"
        for role, what in (("pixels", "the pixel"), ("weights", "the weight"))
        for name, block in [found for found in blocks if found[1].role == role][:1]
    ]
    what = " or ".join(cells) or "a pixel or a weight"
    return f"Change {what}: every number after it follows."


def read_about(rows: Iterable[Sequence[object]]) -> tuple[Specification, ...]:
    """Return the calculations that an About sheet tells of.

    Arguments: the sheet's rows, of which the first two cells are read, None where empty.
    Raises InputError where the sheet is not one that cnncalc wrote, or was damaged.
    """
    pairs = [(_text(row, 0), _text(row, 1)) for row in rows]
    if _WORKSHEET_FORMAT in pairs:
        message = (
            "a workbook with formulas is needed. Received: a worksheet to be filled in; its key "
            "holds the formulas"
        )
        raise InputError(message)
    if _FORMAT not in pairs:
        message = (
            f"the sheet {ABOUT} must say {' '.join(_FORMAT)!r}, as in a workbook that cnncalc "
            "exported. Received: a sheet without that line"
        )
        raise InputError(message)
    where = f"the sheet {ABOUT}"
    specifications = read_specifications(pairs[pairs.index(_FORMAT) + 1 :], where)
    if not specifications:
        message = f"{where} must tell of a calculation. Received: none"
        raise InputError(message)
    return specifications


def _text(row: Sequence[object], column: int) -> str:
    value = row[column] if len(row) > column else None
    return "" if value is None else str(value)
