"""What a model says of images, and of a whole data set, for other programs to read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from cnncalc.network import Array
from cnncalc.provenance import Origin, Provenance
from cnncalc.training.evaluation import Evaluation
from cnncalc.training.unseen import Difference
from cnncalc.views.provenance import provenance_record

__all__ = [
    "Prediction",
    "evaluation_json",
    "predictions_csv",
    "predictions_json",
    "with_short_names",
]


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of one image.

    `name` is the image's; `outputs` (classes,) are probabilities, or else scores as `kind` says:
    "probability" or "score". `influence` (height, width, 1) is each pixel's, if asked for.
    `differences` tell in what the image is unlike those that the model learnt; `origin` is where
    the image came from.
    """

    name: str
    class_names: tuple[str, ...]
    outputs: Array
    kind: str
    influence: Array | None = None
    differences: tuple[Difference, ...] = ()
    origin: Origin | None = None

    @property
    def best(self) -> list[int]:
        """The classes' numbers, the likeliest first, of equal ones the first."""
        order: list[int] = np.argsort(-self.outputs, kind="stable").tolist()
        return order

    @property
    def label(self) -> str:
        """The name of the likeliest class."""
        return self.class_names[self.best[0]]


def with_short_names(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Return predictions whose images go by their names without folders.

    Where two would have the same name, so much of their folders stays as tells them apart.

    >>> def of(name): return Prediction(name, ("cat", "dog"), np.array([0.5, 0.5]), "probability")
    >>> found = with_short_names([of("/a/b/1.png"), of("/a/c/1.png"), of("/a/2.png")])
    >>> [prediction.name for prediction in found]
    ['b/1.png', 'c/1.png', '2.png']
    """
    parts = [PurePath(prediction.name).parts for prediction in predictions]
    counts = [1] * len(parts)
    while True:
        names = [str(PurePath(*path[-n:])) for path, n in zip(parts, counts, strict=True)]
        owners: dict[str, set[tuple[str, ...]]] = {}
        for name, path in zip(names, parts, strict=True):
            owners.setdefault(name, set()).add(path)
        alike = [place for place, name in enumerate(names) if len(owners[name]) > 1]
        if not alike:
            return [replace(p, name=name) for p, name in zip(predictions, names, strict=True)]
        for place in alike:
            counts[place] += 1


def predictions_csv(predictions: Sequence[Prediction]) -> str:
    """Write one line an image: its name, its class, and every class's number.

    >>> half = Prediction("a.png", ("cat", "dog"), np.array([0.25, 0.75]), "probability")
    >>> print(predictions_csv([half]), end="")
    image,class,cat,dog
    a.png,dog,0.25,0.75
    """
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["image", "class", *predictions[0].class_names])
    for prediction in predictions:
        outputs = map(float, prediction.outputs)
        writer.writerow([prediction.name, prediction.label, *outputs])
    return lines.getvalue()


def predictions_json(
    predictions: Sequence[Prediction], provenance: Provenance | None = None
) -> str:
    """Write a list of one object an image: its name, its class, and every class's number.

    Its differences from the images that the model learnt are a list of a kind and a text. Where it
    was asked for, each pixel's influence comes along, as rows of numbers; and each object has the
    `provenance` of all, with its own image's origin.

    >>> half = Prediction("a.png", ("cat", "dog"), np.array([0.25, 0.75]), "probability")
    >>> json.loads(predictions_json([half]))[0]["probability"]["dog"]
    0.75
    """
    records = [_prediction_record(prediction, provenance) for prediction in predictions]
    return json.dumps(records, indent=1) + "\n"


def _prediction_record(prediction: Prediction, provenance: Provenance | None) -> dict[str, Any]:
    outputs = zip(prediction.class_names, map(float, prediction.outputs), strict=True)
    record = {
        "image": prediction.name,
        "class": prediction.label,
        prediction.kind: dict(outputs),
        "differences": _difference_records(prediction.differences),
    }
    if prediction.influence is not None:
        record["influence"] = prediction.influence[..., 0].tolist()
    return record | _told(provenance and replace(provenance, image=prediction.origin))


def _told(provenance: Provenance | None) -> dict[str, Any]:
    return {"provenance": provenance_record(provenance)} if provenance else {}


def _difference_records(differences: Sequence[Difference]) -> list[dict[str, str]]:
    return [{"kind": difference.kind, "text": difference.text} for difference in differences]


def evaluation_json(
    evaluation: Evaluation,
    differences: Sequence[Difference] = (),
    provenance: Provenance | None = None,
) -> str:
    """Write the loss, the accuracy, each class's precision and recall, and the confusion matrix.

    The data's `differences` from the images that the model learnt are a list of a kind and a text.
    The `provenance` is the last member, where it is given.
    What has no value, such as the precision of a class that was never predicted, is null.
    """
    report, score = evaluation.report, evaluation.score
    parts = (report.class_names, report.support, report.precision, report.recall)
    classes = [
        {
            "class": name,
            "samples": int(count),
            "precision": None if np.isnan(precision) else float(precision),
            "recall": None if np.isnan(recall) else float(recall),
        }
        for name, count, precision, recall in zip(*parts, strict=True)
    ]
    record = {
        "loss": score.loss,
        "accuracy": score.accuracy,
        "classes": classes,
        "confusion_matrix": report.matrix.tolist(),
        "differences": _difference_records(differences),
        **_told(provenance),
    }
    return json.dumps(record, indent=1) + "\n"
