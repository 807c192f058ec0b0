"""What a model takes images for, and how well it does on a data set, in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.tasks.notebook.drawn import picture
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.training.evaluation import Evaluation
from cnncalc.views.figure.report_figures import classes_table, predictions_table
from cnncalc.views.figure.table_figure import Table, draw_table
from cnncalc.views.plain_tables import plain_paragraph, plain_table
from cnncalc.views.predictions import Prediction

__all__ = ["NotebookEvaluation", "NotebookPrediction", "NotebookPredictions"]

# Of each image, so many classes are shown.
TOP = 5


class NotebookEvaluation(NotebookResult, Evaluation):
    """An evaluation that a notebook shows."""

    def tables(self) -> str:
        """Return the confusion matrix, or of very many classes a row a class."""
        return _plain(self._told())

    def figure(self) -> bytes:
        """Return the same as a picture."""
        return picture(draw_table(self._told()))

    def _told(self) -> Table:
        score = self.score
        said = f"loss {score.loss:.4f}, accuracy {score.accuracy:.4f}"
        return classes_table(self.report, "Evaluation", said)


class NotebookPrediction(NotebookResult, Prediction):
    """What a model takes an image for, as a notebook shows it."""

    def tables(self) -> str:
        """Return the likeliest classes, and in what the image is unlike what the model learnt."""
        return _plain(_told([self]))

    def figure(self) -> bytes:
        """Return the same as a picture."""
        return picture(draw_table(_told([self])))


class NotebookPredictions(NotebookResult, tuple[NotebookPrediction, ...]):
    """What a model takes several images for, as a notebook shows it: a tuple of predictions."""

    __slots__ = ()

    def tables(self) -> str:
        """Return of each image the likeliest classes."""
        return _plain(_told(self))

    def figure(self) -> bytes:
        """Return the same as a picture."""
        return picture(draw_table(_told(self)))


def _told(predictions: Sequence[Prediction]) -> Table:
    notes = tuple(
        f"{prediction.name}: {difference.text}"
        for prediction in predictions
        for difference in prediction.differences
    )
    return replace(predictions_table(predictions, TOP), notes=notes)


def _plain(told: Table) -> str:
    table = plain_table(told.headings, told.rows, told.title)
    return "\n".join([table, *map(plain_paragraph, told.notes)])
