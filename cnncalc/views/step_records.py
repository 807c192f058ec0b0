"""A training step as JSON: every number of it, for other programs to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cnncalc.network import Array
from cnncalc.provenance import Provenance
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training_step.explaining import STAGES
from cnncalc.training_step.gradient_terms import GradientTerm
from cnncalc.training_step.structure import GradientExplanation, StepRecord, WeightUpdate
from cnncalc.training_step.vanishing import Vanished, find_vanished
from cnncalc.views.provenance import closing_json
from cnncalc.views.records import write_json

__all__ = ["write_gradient_json", "write_step_json"]


def write_step_json(
    record: StepRecord,
    class_names: Sequence[str] = (),
    sample_names: Sequence[str] = (),
    provenance: Provenance | None = None,
) -> Iterator[str]:
    """Write a training step as JSON.

    Arguments: the `record`; the `class_names` and `sample_names` in their order, where there are;
    the `provenance`, the last member.
    Its keys: "step", "loss", "rate", …; "samples", each with its target, output, loss and the
    "stages" of its way forward, as `write_json` has them; "vanished", to which weights no gradient
    came back, and why, where that is known; "layers", each with the gradients by its
    "output", "pre-activation" and "input", a row a sample, null where there is none; "weights",
    each with what it was "before", its "gradient", the optimizer's state before and after, "after".
    Returns the text in pieces.
    """
    head = {
        "step": record.number,
        "loss_function": record.loss_function.name,
        "optimizer": write_optimizer(record.optimizer),
        "rate": record.rate,
        "corrected_rate": record.corrected_rate,
        "class_names": list(class_names),
        "loss": record.loss,
        "penalty": record.penalty,
    }
    yield json.dumps(head)[:-1] + ', "samples": ['
    for sample in range(len(record.labels)):
        yield ",\n" if sample else "\n"
        yield from _sample(record, sample, sample_names)
    vanished = [_vanished(found) for found in find_vanished(record)]
    yield f'\n], "vanished": {json.dumps(vanished)}, "layers": ['
    for index, step in enumerate(record.layers):
        yield ",\n" if index else "\n"
        gradients = {str(name): step.gradient_by(name) for name in STAGES}
        yield from _object({"name": step.layer.name}, gradients)
    yield '\n], "weights": ['
    for index, update in enumerate(record.updates):
        yield ",\n" if index else "\n"
        yield from _weight(update)
    yield "\n]"
    yield from closing_json(provenance)


def _sample(record: StepRecord, sample: int, names: Sequence[str]) -> Iterator[str]:
    about = {
        "name": names[sample] if names else f"sample {sample}",
        "class": int(record.labels[sample]),
        "target": record.targets[sample].tolist(),
        "output": record.outputs[sample].tolist(),
        "loss": float(record.losses[sample]),
    }
    yield json.dumps(about)[:-1] + ", "
    # The stages' own object goes on in this one.
    stages = write_json(record.trace(sample))
    yield next(stages).removeprefix("{")
    yield "".join(stages).rstrip("\n")


def _vanished(found: Vanished) -> dict[str, Any]:
    return {
        "weights": [{"layer": layer, "name": name} for layer, name in found.weights],
        "reason": found.reason,
        "advice": found.advice or None,
    }


def _weight(update: WeightUpdate) -> Iterator[str]:
    arrays: dict[str, Array | None] = {"before": update.before, "gradient": update.gradient}
    if update.clipped is not update.gradient:
        arrays["clipped gradient"] = update.clipped
    for name, values in update.slots_before.items():
        arrays |= {name: values, f"new {name}": update.slots_after[name]}
    arrays["after"] = update.after
    yield from _object({"layer": update.layer, "name": update.weight}, arrays)


def _object(about: Mapping[str, Any], arrays: Mapping[str, Array | None]) -> Iterator[str]:
    """Write an object of texts and arrays, row by row, so that large ones need no second copy."""
    yield json.dumps(about)[:-1]
    for name, values in arrays.items():
        yield f', "{name}": '
        if values is None:
            yield "null"
            continue
        for index, row in enumerate(values):
            yield ("[" if index == 0 else ", ") + json.dumps(np.asarray(row).tolist())
        yield "]"
    yield "}"


def write_gradient_json(
    explanation: GradientExplanation, provenance: Provenance | None = None
) -> Iterator[str]:
    """Write where one number of a gradient came from as JSON, term by term.

    Its keys: "layer", "name", "at", "sample" (null for a weight's), "value", "rule" and its
    "parameters", the "penalty" of a regularizer, "vanished" (why it is next to 0, else null), and
    "terms", each an error, its factor, and where both stand; and the "provenance", where given.
    Of a merge's input, "taken" is the number that stands there; where several layers hand something
    back, "shares" has an object for each, with the same keys.
    """
    yield from _explanation(explanation)
    yield from closing_json(provenance)


def _explanation(explanation: GradientExplanation) -> Iterator[str]:
    """Write an explanation up to where its object is closed."""
    about: dict[str, Any] = {
        "layer": explanation.layer.name,
        "name": explanation.name,
        "at": explanation.at,
        "sample": explanation.sample,
        "value": explanation.value,
        "rule": explanation.rule,
        "note": explanation.note,
        "parameters": dict(explanation.parameters),
        "penalty": explanation.penalty,
        "vanished": explanation.vanished or None,
    }
    if explanation.taken is not None:
        about["taken"] = explanation.taken._asdict()
    yield json.dumps(about)[:-1] + ', "terms": ['
    for index, term in enumerate(explanation.terms):
        yield (",\n" if index else "\n") + json.dumps(_term(term))
    yield "\n]"
    for index, share in enumerate(explanation.shares):
        yield ",\n" if index else ', "shares": [\n'
        yield from _explanation(share)
        yield "}"
    if explanation.shares:
        yield "\n]"


def _term(term: GradientTerm) -> dict[str, Any]:
    place = term.place
    return {
        "sample": place.sample,
        "error": term.error,
        "error_at": place.error_at,
        "factor": term.factor,
        "factor_at": place.factor_at or None,
        "padding": place.padding,
    }
