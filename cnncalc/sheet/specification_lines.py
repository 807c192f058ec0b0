"""A specification as lines of text, and back: how a file says what is calculated in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnncalc import notation
from cnncalc.errors import InputError, NotationError, OptionError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.names import named
from cnncalc.sheet.part_lines import part_lines, read_part
from cnncalc.sheet.plan import Layout, Specification
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.training.losses import loss_named
from cnncalc.training.optimizer_notation import parse_optimizer, write_optimizer

__all__ = ["lines_of", "read_specifications"]

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


def lines_of(specification: Specification) -> list[tuple[str, str]]:
    """Return a specification as lines, a key and a text each.

    >>> from cnncalc.layers import MaxPooling2D
    >>> pool = Specification("A pooling", (MaxPooling2D(2, name="max_pooling2d"),), (4, 4, 1))
    >>> lines = lines_of(pool)
    >>> lines[:3]
    [('Calculation', 'A pooling'), ('Layout', 'steps'), ('Input shape', '4×4×1')]
    >>> read_specifications(lines, "here") == (pool,)
    True
    """
    return [
        (_CALCULATION, specification.title),
        (_LAYOUT, specification.layout),
        (_SHAPE, "×".join(map(str, specification.input_shape))),
        (_LAYERS, notation.write(specification.layers)),
        *(_prediction_lines(specification) if specification.layout == "network" else ()),
        *(_training_lines(specification.training) if specification.training else ()),
        *(part_lines(specification.part) if specification.part else ()),
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


def read_specifications(pairs: Iterable[tuple[str, str]], where: str) -> tuple[Specification, ...]:
    """Return the specifications that lines tell of, one after the other.

    Arguments: the lines, as `lines_of` returns them; `where` they stand, for messages.
    Raises InputError where they are not as cnncalc wrote them.
    """
    return tuple(_specification(record, where) for record in _records(pairs))


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


def _specification(record: dict[str, str], where: str) -> Specification:
    layout = _LAYOUTS.get(record.get(_LAYOUT, ""))
    needed = [_CALCULATION, _LAYOUT, _SHAPE, _LAYERS]
    needed += [_LOSS, _OPTIMIZER, _BATCHES] if layout == "training" else []
    missing = [key for key in needed if key not in record]
    if missing or layout is None:
        what = f"no line {missing[0]}" if missing else f"layout {record[_LAYOUT]!r}"
        message = f"{where} must hold the lines that cnncalc wrote. Received: {what}"
        raise InputError(message)
    layers, shape = _layers(record[_LAYERS], where), _shape(record[_SHAPE])
    with_prediction = (record.get(_NAMES) == _YES, record.get(_TARGET) == _YES)
    training = _training(record, where) if layout == "training" else None
    note = record.get(_NOTE, "")
    # Workbooks of before this was written down name a class whatever the weights are.
    drawn_from = _whole(record.get(_DRAWN_FROM, ""))
    title = record[_CALCULATION]
    part = read_part(record, where)
    known = (*with_prediction, training, drawn_from, part)
    return Specification(title, layers, shape, layout, note, *known)


def _training(record: dict[str, str], where: str) -> TrainingSpecification:
    try:
        loss, optimizer = loss_named(record[_LOSS]), parse_optimizer(record[_OPTIMIZER])
    except (NotationError, OptionError) as error:
        message = f"the training on {where} must be as cnncalc wrote it: {error}"
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
    if not all(batches) or any(_whole(word) is None for word in words):
        message = (
            "the samples of each step must be written by their numbers, like 0 1; 2 3. "
            f"Received: {text[:40]!r}"
        )
        raise InputError(message)
    return tuple(tuple(map(int, batch)) for batch in batches)


def _layers(text: str, where: str) -> tuple[Layer, ...]:
    try:
        return named(notation.parse(text).layers)
    except (NotationError, OptionError) as error:
        message = f"the layers on {where} must be as cnncalc wrote them: {error}"
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
