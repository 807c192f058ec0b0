"""A network's summary as JSON, for other programs to read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cnncalc.network.algorithms import Choice, meanings, whole_batch_layers
from cnncalc.provenance import Provenance
from cnncalc.summary import LayerSummary, Summary
from cnncalc.views.provenance import provenance_record

__all__ = ["summary_json"]


def summary_json(
    summary: Summary, plan: Sequence[Choice] | None = None, provenance: Provenance | None = None
) -> str:
    """Return a summary as JSON, with the algorithms of training where they are asked for.

    Arguments: the `summary`; its layers' `plan`, None to leave it out; the `provenance`, likewise.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.summary import summarize
    >>> json.loads(summary_json(summarize([Flatten()], (2, 2, 1))))["layers"][0]["output_shape"]
    [4]
    """
    names = [each.layer.name for each in summary.layers]
    content: dict[str, object] = {
        "input_shape": summary.input_shape,
        "layers": [_layer(each) for each in summary.layers],
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
        layers = [each.layer for each in summary.layers]
        content["whole_batch"] = [names[index] for index in whole_batch_layers(layers)]
    if provenance is not None:
        content["provenance"] = provenance_record(provenance)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _layer(each: LayerSummary) -> dict[str, object]:
    return {
        "name": each.layer.name,
        "type": type(each.layer).__name__,
        "output_shape": each.output_shape,
        "parameters": each.parameters,
        "trainable": each.trainable,
        "multiply_adds": each.multiply_adds,
        "receptive_field": each.receptive_field,
    }
