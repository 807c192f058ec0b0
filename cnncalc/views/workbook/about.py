"""The About sheet: what a workbook is, for people, and its calculations, for `verify`.

Each calculation stands there in a few lines, from which `read_about` makes the same
specification, and so the same plan, again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cnncalc import notation
from cnncalc.errors import InputError, NotationError, OptionError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.vocabulary import named
from cnncalc.provenance import Provenance
from cnncalc.rules.optimizers import CONVENTIONS
from cnncalc.sheet.layouts.sheet_parts import ABOUT
from cnncalc.sheet.plan import Layout, Plan, Sheet, Specification, Text
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.training.losses import loss_named
from cnncalc.training.optimizer_notation import parse_optimizer, write_optimizer
from cnncalc.views.provenance import provenance_lines

__all__ = ["about_sheet", "read_about"]

_FORMAT = ("Workbook format", "cnncalc 1")
_WORKSHEET_FORMAT = ("Workbook format", "cnncalc worksheet 1")
_CALCULATION, _LAYOUT, _SHAPE, _LAYERS, _NOTE = (
    "Calculation",
    "Layout",
    "Input shape",
    "Layers",
    "Note",
)
_NAMES, _TARGET, _DRAWN_FROM = "Class names", "Target", "Weights drawn from seed"
_LOSS, _OPTIMIZER, _BATCHES = "Loss", "Optimizer", "Samples of each step"
_SEED, _STEPS_PER_EPOCH = "Seed", "Steps an epoch"
_YES, _NO = "yes", "no"
_LAYOUTS: dict[str, Layout] = {
    "steps": "steps",
    "article": "article",
    "output size": "output size",
    "network": "network",
    "training": "training",
}

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
_TRAINING_CONVENTIONS = (
    ("Loss", "The mean over the samples of a step; each gradient is that of this mean."),
    ("Gradients", "ReLU's slope at 0 is 0; of equal numbers, max pooling takes the first."),
    ("Optimizer", CONVENTIONS),
)


def about_sheet(
    plan: Plan, provenance: Provenance, worksheet: str = "", *, is_worksheet: bool = False
) -> Sheet:
    """Return the About sheet of a plan.

    Arguments: the plan; the `provenance` of its numbers; the identity of the `worksheet` that this
    is, or is the key to; whether it `is_worksheet`, to be filled in: then it says nothing of the
    provenance but the version, as the rest would lead to the solution.
    """
    if is_worksheet:
        provenance = Provenance(version=provenance.version)
    # The layers stand below, for verify.
    provenance = replace(provenance, layers="")
    lines = [
        *(_WORKSHEET if is_worksheet else _workbook_lines(plan)),
        *provenance_lines(provenance),
        *([("Worksheet", worksheet)] if worksheet else ()),
        *_CONVENTIONS,
        *(_NETWORK_CONVENTIONS if _has_layout(plan, "network", "training") else ()),
        *(_TRAINING_CONVENTIONS if _has_layout(plan, "training") else ()),
        ("", ""),
        ("For verify", "The lines below say what is calculated here: leave them as they are."),
        _WORKSHEET_FORMAT if is_worksheet else _FORMAT,
        *(line for specification in plan.specifications for line in _lines(specification)),
    ]
    texts = [Text(0, 0, "About this workbook", "title")]
    for row, (key, value) in enumerate(lines, start=2):
        texts += [Text(row, 0, key, "label"), Text(row, 1, value, "wrapped")]
    return Sheet(
        ABOUT, ABOUT, "", 0, texts=tuple(texts), cell=0, widths=((0, 130), (1, 640)), pages=0
    )


_WHAT = (
    "calculated with formulas: each number follows from the pixels and weights, and changes with "
    "them. The formulas were written by cnncalc, with their values beside them."
)

_WORKSHEET = (
    (
        "What this is",
        "A convolution to be calculated by hand: fill in each blank from the pixels and weights.",
    ),
    (
        "Answers",
        "A number, or a formula of your own. Three digits are enough. Where the solution came "
        "along, an answer turns green when it is right and red when it is not.",
    ),
)


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


def _lines(specification: Specification) -> list[tuple[str, str]]:
    return [
        (_CALCULATION, specification.title),
        (_LAYOUT, specification.layout),
        (_SHAPE, "×".join(map(str, specification.input_shape))),
        (_LAYERS, notation.write(specification.layers)),
        *(_prediction_lines(specification) if specification.layout == "network" else ()),
        *(_training_lines(specification.training) if specification.training else ()),
        (_NOTE, specification.note),
    ]


def _prediction_lines(specification: Specification) -> list[tuple[str, str]]:
    return [
        (_NAMES, _YES if specification.has_class_names else _NO),
        (_TARGET, _YES if specification.has_target else _NO),
        *(
            []
            if specification.drawn_from is None
            else [(_DRAWN_FROM, str(specification.drawn_from))]
        ),
    ]


def _training_lines(training: TrainingSpecification) -> list[tuple[str, str]]:
    batches = "; ".join(" ".join(map(str, batch)) for batch in training.batches)
    return [
        (_LOSS, training.loss),
        (_OPTIMIZER, write_optimizer(training.optimizer)),
        (_BATCHES, batches),
        (_SEED, str(training.seed)),
        (_STEPS_PER_EPOCH, str(training.steps_per_epoch or "")),
    ]


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
    records = list(_records(pairs[pairs.index(_FORMAT) + 1 :]))
    if not records:
        message = f"the sheet {ABOUT} must tell of a calculation. Received: none"
        raise InputError(message)
    return tuple(_specification(record) for record in records)


def _text(row: Sequence[object], column: int) -> str:
    value = row[column] if len(row) > column else None
    return "" if value is None else str(value)


def _records(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the lines of each calculation by their keys."""
    record: dict[str, str] = {}
    for key, value in pairs:
        if key == _CALCULATION and record:
            yield record
            record = {}
        if key:
            record[key] = value
    if record:
        yield record


def _specification(record: dict[str, str]) -> Specification:
    layout = _LAYOUTS.get(record.get(_LAYOUT, ""))
    needed = [_CALCULATION, _LAYOUT, _SHAPE, _LAYERS]
    needed += [_LOSS, _OPTIMIZER, _BATCHES] if layout == "training" else []
    missing = [key for key in needed if key not in record]
    if missing or layout is None:
        what = f"no line {missing[0]}" if missing else f"layout {record[_LAYOUT]!r}"
        message = f"the sheet {ABOUT} must hold the lines that cnncalc wrote. Received: {what}"
        raise InputError(message)
    layers, shape = _layers(record[_LAYERS]), _shape(record[_SHAPE])
    with_prediction = (record.get(_NAMES) == _YES, record.get(_TARGET) == _YES)
    training = _training(record) if layout == "training" else None
    note = record.get(_NOTE, "")
    # Workbooks of before this was written down name a class whatever the weights are.
    drawn_from = _whole(record.get(_DRAWN_FROM, ""))
    title = record[_CALCULATION]
    return Specification(title, layers, shape, layout, note, *with_prediction, training, drawn_from)


def _training(record: dict[str, str]) -> TrainingSpecification:
    try:
        loss, optimizer = loss_named(record[_LOSS]), parse_optimizer(record[_OPTIMIZER])
    except (NotationError, OptionError) as error:
        message = f"the training on the sheet {ABOUT} must be as cnncalc wrote it: {error}"
        raise InputError(message) from error
    seed, epoch = (_whole(record.get(key, "")) for key in (_SEED, _STEPS_PER_EPOCH))
    batches = _batches(record[_BATCHES])
    return TrainingSpecification(loss.name, optimizer, batches, seed or 0, epoch or None)


def _whole(text: str) -> int | None:
    """Read a whole number; None where there is none."""
    # No seed has so many digits that Python would refuse to read it.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 1000 else None


def _batches(text: str) -> tuple[tuple[int, ...], ...]:
    batches = [part.split() for part in text.split(";")]
    words = [word for batch in batches for word in batch]
    if not all(batches) or not all(word.isascii() and word.isdecimal() for word in words):
        message = (
            "the samples of each step must be written by their numbers, like 0 1; 2 3. "
            f"Received: {text[:40]!r}"
        )
        raise InputError(message)
    return tuple(tuple(map(int, batch)) for batch in batches)


def _layers(text: str) -> tuple[Layer, ...]:
    try:
        return named(notation.parse(text).layers)
    except (NotationError, OptionError) as error:
        message = f"the layers on the sheet {ABOUT} must be as cnncalc wrote them: {error}"
        raise InputError(message) from error


def _shape(text: str) -> Shape:
    try:
        sizes = tuple(int(size) for size in text.split("×"))
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        message = f"an input shape must be written like 17×4×1. Received: {text[:40]!r}"
        raise InputError(message)
    return sizes
