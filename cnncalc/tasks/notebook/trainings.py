"""A training, and one step of it, in a notebook."""

from __future__ import annotations

import numpy as np

from cnncalc.sheet.calculations import (
    TrainingPieces,
    estimate_training,
    training_calculation,
    training_specification,
)
from cnncalc.sheet.plan import Values
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.training.updates import new_weight
from cnncalc.tasks.notebook.drawn import DECIMALS, page_text, picture, require_few
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.tasks.page_making import training_page
from cnncalc.tasks.training_runs import TrainingResult
from cnncalc.training_step import StepRecord
from cnncalc.views.figure.step_figure import draw_step
from cnncalc.views.history_figure import draw_history
from cnncalc.views.plain_tables import plain_paragraph, plain_table, plain_text

__all__ = ["NotebookStep", "NotebookTraining"]

# The numbers of cells have 16 digits.
RELATIVE = 1e-9
HEADER = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning rate", "seconds")


class NotebookTraining(NotebookResult, TrainingResult):
    """A training that a notebook shows."""

    def tables(self) -> str:
        """Return a row an epoch, and what the trained network is worth."""
        rows = [
            [
                str(record.epoch),
                *(
                    "" if number is None else f"{number:.4f}"
                    for number in (
                        record.loss,
                        record.accuracy,
                        record.val_loss,
                        record.val_accuracy,
                    )
                ),
                f"{record.learning_rate:.6g}",
                f"{record.seconds:.1f}",
            ]
            for record in self.history
        ]
        score = self.evaluation.score
        said = f"{self.evaluated_on}: loss {score.loss:.4f}, accuracy {score.accuracy:.2%}"
        return "\n".join([plain_table(HEADER, rows), plain_paragraph(said)])

    def figure(self) -> bytes:
        """Return the loss and the accuracy, epoch by epoch."""
        return picture(draw_history(self.history), self.provenance)


class NotebookStep(NotebookResult, StepRecord):
    """A training's step that a notebook shows."""

    def tables(self) -> str:
        """Return the step as a terminal shows it: forward, loss, backward, update."""
        # It brings rich along.
        from cnncalc.views.terminal import Display
        from cnncalc.views.terminal.plain import plain_lines
        from cnncalc.views.terminal.training_step import StepContext, render_step

        return plain_text(plain_lines(render_step(self, Display(), StepContext())))

    def page(self) -> str | None:
        """Return the step as a page that calculates it again, forward and back."""
        pieces = self._pieces()
        return None if pieces is None else page_text(training_page(pieces))

    def figure(self) -> bytes:
        """Return the step: samples forward, gradients back, and what the weights become."""
        return picture(draw_step(self, DECIMALS, "light"))

    def _pieces(self) -> TrainingPieces | None:
        """Return the step as the first of a training; None where it isn't: where it follows others.

        What its optimizer remembers of these, and what its layers drew, stands in no cell.
        """
        count = len(self.images)
        if count < len(self.labels):
            return None
        training = TrainingSpecification(
            self.loss_function.name, self.optimizer, (tuple(range(count)),)
        )
        samples = zip(self.images, self.labels.tolist(), strict=True)
        title = f"Step {self.number} of a training"
        pieces = TrainingPieces(self.network, training, tuple(samples), title)
        require_few(estimate_training(training_specification(pieces)).formulas)
        return pieces if self._agrees(training_calculation(pieces)[1]) else None

    def _agrees(self, values: Values) -> bool:
        """Tell whether the weights after it are those of this step."""
        found = (
            (values[new_weight(update.layer, update.weight, 1)], update.after)
            for update in self.updates
        )
        return all(np.allclose(new.ravel(), old.ravel(), RELATIVE, 0) for new, old in found)
