"""A training, and one step of it, in a notebook."""

from __future__ import annotations

import numpy as np

from cnncalc.sheet.calculations import TrainingPieces, estimate_training, training_specification
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.training.updates import new_weight
from cnncalc.tasks.flows import NumberedFlow, training_flow
from cnncalc.tasks.notebook.drawn import flow_figure, flow_page, require_small
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.tasks.training_runs import TrainingResult
from cnncalc.training_step import StepRecord
from cnncalc.views.plain_tables import plain_paragraph, plain_table, plain_text
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.plain import plain_lines
from cnncalc.views.terminal.training_step import StepContext, render_step

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


class NotebookStep(NotebookResult, StepRecord):
    """A training's step that a notebook shows."""

    def tables(self) -> str:
        """Return the step as a terminal shows it: forward, loss, backward, update."""
        return plain_text(plain_lines(render_step(self, Display(), StepContext())))

    def page(self) -> str | None:
        """Return the step as a page that calculates it again, forward and back."""
        drawn = self._drawn()
        return None if drawn is None else flow_page(drawn)

    def figure(self) -> bytes | None:
        """Return all of the step's stages."""
        drawn = self._drawn()
        return None if drawn is None else flow_figure(drawn)

    def _drawn(self) -> NumberedFlow | None:
        """Return the step as the first of a training; None where it isn't: where it follows others.

        What its optimizer remembers of these, and what its layers drew, stands in no cell.
        """
        count = len(self.images)
        if count < len(self.labels):
            return None
        batch = (tuple(range(count)),)
        training = TrainingSpecification(self.loss_function.name, self.optimizer, batch)
        samples = zip(self.images, self.labels.tolist(), strict=True)
        pieces = TrainingPieces(self.network, training, tuple(samples))
        require_small(estimate_training(training_specification(pieces)).formulas)
        drawn = training_flow(pieces)
        return drawn if self._agrees(drawn) else None

    def _agrees(self, drawn: NumberedFlow) -> bool:
        """Tell whether the weights after it are those of this step."""
        found = (
            (drawn.values[new_weight(update.layer, update.weight, 1)], update.after)
            for update in self.updates
        )
        return all(np.allclose(new.ravel(), old.ravel(), RELATIVE, 0) for new, old in found)
