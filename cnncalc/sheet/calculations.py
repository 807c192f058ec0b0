"""A network's pass over an image, as a workbook shows it: what it calculates, and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from math import prod

import numpy as np

from cnncalc.classification import classify
from cnncalc.errors import OptionError
from cnncalc.network import Array, Network, walk
from cnncalc.part.structure import Part
from cnncalc.provenance import Provenance
from cnncalc.sheet.plan import Specification, Values
from cnncalc.sheet.planning import make_plan, specify_network, specify_training
from cnncalc.sheet.size import Estimate, estimate, least_formulas
from cnncalc.sheet.texts import clean_text
from cnncalc.sheet.training.inputs import training_inputs, training_records
from cnncalc.sheet.training.settings import require_plain
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.training_values import recorded_values
from cnncalc.sheet.values import as_written, prediction_values, untrained_values
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import Trace
from cnncalc.training.metrics import class_count
from cnncalc.training_step import StepRecord
from cnncalc.training_step.vanishing import find_vanished
from cnncalc.wording import listed

__all__ = [
    "TrainingPieces",
    "estimate_training",
    "least_training_formulas",
    "network_calculation",
    "training_calculation",
    "training_specification",
    "vanishing_note",
]


def network_calculation(
    trace: Trace,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
    drawn_from: int | None = None,
    part: Part | None = None,
) -> tuple[Specification, Values]:
    """Return the specification and the values of a network's workbook, a sheet a layer.

    Arguments: the `trace`, made by `trace_as_written`; a `title`; the `class_names` in the order of
    their numbers, if there are any; the `target`, the true class's number, to take the
    cross-entropy of; the seed that the weights were `drawn_from`, if they were: then no class is
    named until others are typed over them; the `part` of a larger network that it is, which tells
    no classes apart.
    Raises OptionError for class names or a target that the output does not fit, InputError for a
    target that is no class.
    """
    if part:
        return specify_network(trace.network, title, part=part), trace_values(trace)
    names = _class_names(trace, class_names)
    number = None if target is None else np.array([[float(target)]])
    specification = specify_network(
        trace.network,
        title,
        has_class_names=names is not None,
        has_target=number is not None,
        drawn_from=drawn_from if classify(trace) else None,
    )
    values = {**trace_values(trace), **prediction_values(trace, names, number)}
    return specification, {**values, **untrained_values(specification, values)}


def _class_names(trace: Trace, class_names: Sequence[str]) -> Array | None:
    """Return the names as cells hold them, a column of texts."""
    if not class_names:
        return None
    count = class_count(trace.output.shape)
    if len(class_names) != count:
        message = f"there must be a name for each of the {count} classes. "
        raise OptionError(message + f"Received: {len(class_names)} names")
    names = [clean_text(name) or f"class {number}" for number, name in enumerate(class_names)]
    return np.array(names, dtype=object)[:, np.newaxis]


# So many steps are named by their numbers.
MOST_STEPS = 5


@dataclass(frozen=True)
class TrainingPieces:
    """What a training's workbook is made of.

    Arguments: the `network` with its initial weights; the `training`; its `samples`, an image and
    its class each, by their numbers there; a `title`; a `note` for the reader; the `provenance`
    of all that.
    """

    network: Network
    training: TrainingSpecification
    samples: tuple[tuple[Array, int], ...]
    title: str = ""
    note: str = ""
    provenance: Provenance = field(default_factory=Provenance)


def training_specification(pieces: TrainingPieces) -> Specification:
    """Return the specification of a training's workbook.

    Raises OptionError for an optimizer that a workbook has no formulas for.
    """
    require_plain(pieces.training.optimizer)
    return specify_training(pieces.network, pieces.training, pieces.title, pieces.note)


def training_calculation(pieces: TrainingPieces) -> tuple[Specification, Values]:
    """Return the specification and the values of a training's workbook.

    Its note says in which steps a gradient vanished, and why, as the workbook is written.
    Raises as `training_specification`; OptionError where the training leaves all bounds.
    """
    specification, training = training_specification(pieces), pieces.training
    given = training_inputs(specification, training, pieces.network, pieces.samples)
    inputs = {quantity: as_written(array) for quantity, array in given.items()}
    records = list(training_records(specification, training, inputs))
    note = " ".join(filter(None, [pieces.note, vanishing_note(records)]))
    values = recorded_values(specification, training, inputs, records)
    return replace(specification, note=note), values


def vanishing_note(records: Sequence[StepRecord]) -> str:
    """Return a sentence on gradients that vanished, and why; empty where none did.

    Arguments: the `records` of all steps. Where it was for different reasons, it is the first.
    """
    texts = [" ".join(vanished.text for vanished in find_vanished(record)) for record in records]
    text = next(filter(None, texts), "")
    alike = [record.number for record, said in zip(records, texts, strict=True) if said == text]
    where = "every step" if len(alike) == len(records) > 1 else f"step {listed(alike, MOST_STEPS)}"
    return f"As written, in {where}: {text}" if text else ""


def least_training_formulas(specification: Specification) -> int:
    """Return how many formulas a training's workbook has at least, without planning any.

    Each sample has those of its forward pass, each step one for the new value of each weight.
    """
    training = specification.training
    batches = training.batches if training else ()
    outputs = least_formulas(specification.layers, specification.input_shape)
    walked = walk(specification.layers, specification.input_shape)
    weights = sum(layer.parameter_count(shape) for layer, shape in walked)
    return outputs * sum(map(len, batches)) + weights * len(batches)


def estimate_training(specification: Specification) -> Estimate:
    """Return about how large a training's workbook will be, without planning every step of it.

    Each further step, and each further sample of a step, counts as much as the one before; a sample
    that comes again is made of formulas. What is left out is less than a hundredth: the partial
    sums of batches that no single formula adds up.
    """
    training = specification.training
    if training is None:
        return estimate(make_plan([specification]))
    uses = sum(map(len, training.batches))
    further = len(training.batches) - 1
    single = _estimated(specification, training, ((0,),))
    more = _estimated(specification, training, ((0, 1),)) if uses > further + 1 else single
    steps = _estimated(specification, training, ((0,), (1,))) if further else single
    again = (uses - len(training.first_uses)) * (prod(specification.input_shape) + 1)

    def extrapolated(name: str) -> int:
        first, second, third = (getattr(sized, name) for sized in (single, more, steps))
        return int(first + (uses - further - 1) * (second - first) + further * (third - first))

    formulas, numbers, *others = (extrapolated(field.name) for field in fields(Estimate))
    return Estimate(formulas + again, numbers - again, *others)


def _estimated(
    specification: Specification,
    training: TrainingSpecification,
    batches: tuple[tuple[int, ...], ...],
) -> Estimate:
    small = replace(specification, training=replace(training, batches=batches))
    return estimate(make_plan([small]))
