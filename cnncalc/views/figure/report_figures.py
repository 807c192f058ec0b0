"""Reports as typeset tables: what a model says, how well it does, how the article's cases agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cnncalc.cases import CaseReport
from cnncalc.training.metrics import ClassReport
from cnncalc.views.figure.table_figure import Table
from cnncalc.views.numbers import format_number
from cnncalc.views.predictions import Prediction

__all__ = ["cases_table", "classes_table", "predictions_table"]

# The confusion matrix of so many classes has room.
_MOST_CLASSES = 20


def classes_table(report: ClassReport, title: str, score: str) -> Table:
    """Return the confusion matrix of a report, or where that is too large, a row a class.

    Arguments: the `report`; a `title` that says on which data; the `score` in words.
    """
    right, total = int(np.trace(report.matrix)), int(report.matrix.sum())
    heading = f"{title}: {right:,} of {total:,} right ({report.accuracy:.2%})"
    if len(report.class_names) > _MOST_CLASSES:
        return _list(report, heading, score)
    rows = [
        (name, *(f"{count:,}" for count in counts), _percent(recall))
        for name, counts, recall in zip(
            report.class_names, report.matrix, report.recall, strict=True
        )
    ]
    rows.append(("precision", *map(_percent, report.precision), ""))
    return Table(
        heading,
        ("true class", *report.class_names, "recall"),
        tuple(rows),
        (score, "Rows are the true classes, columns what they were taken for."),
        shares=tuple(_shares(report)),
    )


def _shares(report: ClassReport) -> Iterator[tuple[float | None, ...]]:
    for counts in report.matrix:
        total = counts.sum()
        yield (None, *(float(count / total) if total else 0.0 for count in counts), None)
    yield (None,) * (len(report.class_names) + 2)


def _list(report: ClassReport, heading: str, score: str) -> Table:
    parts = (report.class_names, report.support, report.precision, report.recall)
    rows = tuple(
        (name, f"{count:,}", _percent(precision), _percent(recall))
        for name, count, precision, recall in zip(*parts, strict=True)
    )
    return Table(heading, ("class", "samples", "precision", "recall"), rows, (score,))


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.0%}"


def predictions_table(predictions: Sequence[Prediction], top: int) -> Table:
    """Return what a model takes images for: of each one the likeliest classes, at most `top`."""
    rows, shares = [], []
    for prediction in predictions:
        for place, label in enumerate(prediction.best[:top]):
            number = float(prediction.outputs[label])
            name = "" if place else prediction.name
            rows.append((name, prediction.class_names[label], format_number(number)))
            is_share = prediction.kind == "probability"
            shares.append((None, None, number if is_share else None))
    kind = predictions[0].kind
    headings = ("image", "taken for", kind)
    left = frozenset((0, 1))
    return Table("Predictions", headings, tuple(rows), left=left, shares=tuple(shares))


def cases_table(reports: Sequence[CaseReport]) -> Table:
    """Return how the numbers of the article's cases agree with the article's own.

    >>> from cnncalc import check_cases
    >>> cases_table(check_cases()).rows[0]
    ('1', 'One weight', '68', '68', 'the article', 'none')
    """
    return Table(
        "The article's cases",
        ("case", "what it shows", "agree", "of", "with", "first difference"),
        tuple(map(_case, reports)),
        left=frozenset((0, 1, 4, 5)),
    )


def _case(report: CaseReport) -> tuple[str, ...]:
    comparisons = report.comparisons
    sources = " and ".join(sorted({compared.expected.source for compared in comparisons}))
    wrong = next((one.first_difference for one in comparisons if one.first_difference), "none")
    agreeing = sum(compared.agreeing for compared in comparisons)
    total = sum(compared.total for compared in comparisons)
    return (report.case.name, report.case.title, f"{agreeing:,}", f"{total:,}", sources, wrong)
