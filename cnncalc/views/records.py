"""A trace as JSON: every stage with its numbers, for other programs to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np

from cnncalc.cases import CaseReport
from cnncalc.network import Array
from cnncalc.network.algorithms import Choice, meanings, whole_batch_layers
from cnncalc.network.product_speed import MeasuredProduct
from cnncalc.provenance import Provenance
from cnncalc.summary import LayerSummary, Summary
from cnncalc.trace import Stage, Trace
from cnncalc.views.provenance import closing_json, provenance_record

__all__ = ["summary_json", "write_cases_json", "write_json"]


def write_json(
    trace: Trace, provenance: Provenance | None = None, class_said: str | None = None
) -> Iterator[str]:
    """Write a trace as JSON: `{"stages": [{"name", "layer", "shape", "values"}, …], …}`.

    Arguments: the trace; its `provenance`, which becomes the last member of that name; the
    `class_said`, which becomes the member "class". `layer` is null for the input, a value is null
    where a cell is empty.
    Returns the text in pieces of one row at most, so that a photo needs no second copy of itself.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.network import assemble
    >>> from cnncalc.trace import record
    >>> pool = assemble([MaxPooling2D(2)], (2, 2, 1), [{}])
    >>> json.loads("".join(write_json(record(pool, [[1, 5], [3, 2]]))))["stages"][1]["values"]
    [[[5.0]]]
    """
    stages: list[tuple[str | None, Stage]] = [(None, trace.input)]
    stages += [(layer.name, stage) for layer in trace.layers for stage in layer.stages]
    yield '{"stages": ['
    for index, (layer_name, stage) in enumerate(stages):
        yield ",\n" if index else "\n"
        yield from _stage(layer_name, stage)
    yield "\n]"
    if class_said is not None:
        yield ',\n"class": ' + json.dumps(class_said)
    yield from closing_json(provenance)


def write_cases_json(
    reports: Sequence[CaseReport], provenance: Provenance | None = None
) -> Iterator[str]:
    """Write the article's cases as JSON: `{"cases": [{"name", "agreeing", …, "stages"}], …}`.

    Arguments: the `reports`, each with how many numbers agree of how many in all, and the "stages"
    as `write_json` has them; the `provenance`, the last member.
    """
    yield '{"cases": ['
    for index, report in enumerate(reports):
        about = {
            "name": report.case.name,
            "title": report.case.title,
            "agreeing": sum(comparison.agreeing for comparison in report.comparisons),
            "numbers": sum(comparison.total for comparison in report.comparisons),
        }
        yield (",\n" if index else "\n") + json.dumps(about)[:-1] + ", "
        stages = write_json(report.trace)
        yield next(stages).removeprefix("{")
        yield "".join(stages).rstrip("\n")
    yield "\n]"
    yield from closing_json(provenance)


def _stage(layer_name: str | None, stage: Stage) -> Iterator[str]:
    head = {"name": stage.name, "layer": layer_name, "shape": stage.values.shape}
    yield json.dumps(head)[:-1] + ', "values": ['
    for index, row in enumerate(stage.values):
        yield (", " if index else "") + json.dumps(_nullable(row))
    yield "]}"


def _nullable(row: Array) -> object:
    """Return a row as nested lists, None for NaN, which JSON does not know."""
    empty = np.isnan(row)
    if empty.any():
        row = row.astype(object)
        row[empty] = None
    return row.tolist()


def summary_json(
    summary: Summary,
    plan: Sequence[Choice] | None = None,
    provenance: Provenance | None = None,
    products: Sequence[MeasuredProduct] = (),
) -> str:
    """Return a summary as JSON, with the algorithms of training where they are asked for.

    Arguments: the `summary`; its layers' `plan`, None to leave it out; the `provenance`, likewise;
    the plan's `products`.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.summary import summarize
    >>> json.loads(summary_json(summarize([Flatten()], (2, 2, 1))))["layers"][0]["output_shape"]
    [4]
    """
    names = [line.layer.name for line in summary.layers]
    content: dict[str, object] = {
        "input_shape": summary.input_shape,
        "layers": [_layer(line, with_inputs=summary.branches) for line in summary.layers],
        "parameters": summary.parameters,
        "trainable": summary.trainable,
        "multiply_adds": summary.multiply_adds,
    }
    if plan is not None:
        content["plan"] = [
            {
                "layers": names[choice.first : choice.first + choice.layers],
                "algorithm": choice.algorithm,
                "reason": choice.reason,
            }
            for choice in plan
        ]
        content["algorithms"] = meanings(plan)
        content["products"] = [_product(measured, names) for measured in products]
        layers = [line.layer for line in summary.layers]
        content["whole_batch"] = [names[index] for index in whole_batch_layers(layers)]
    if provenance is not None:
        content["provenance"] = provenance_record(provenance)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _product(measured: MeasuredProduct, names: Sequence[str]) -> dict[str, object]:
    """Return a product's purpose, its shapes as (rows, depth, columns), and its measured speed."""
    product = measured.product
    return {
        "layers": measured.choice.of(names),
        "purpose": product.purpose,
        "shape": (product.rows, product.depth, product.columns),
        "parts": product.parts if product.is_cut else None,
        "share_of_best_speed": measured.share,
    }


def _layer(line: LayerSummary, *, with_inputs: bool) -> dict[str, object]:
    """Return what there is to say of a layer; of one in a chain it is plain what it takes."""
    return {
        "name": line.layer.name,
        "type": type(line.layer).__name__,
        "output_shape": line.output_shape,
        "parameters": line.parameters,
        "trainable": line.trainable,
        "multiply_adds": line.multiply_adds,
        "receptive_field": line.receptive_field,
    } | ({"connected_to": line.connected_to} if with_inputs else {})
