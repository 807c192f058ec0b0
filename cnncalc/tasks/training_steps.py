"""One step of a training that would be done, with all its numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from cnncalc.network import Network, on_images
from cnncalc.provenance import Provenance
from cnncalc.tasks.callers import Caller
from cnncalc.tasks.origins import calculated
from cnncalc.tasks.training_sessions import Session
from cnncalc.training.fit import steps
from cnncalc.training.losses import Loss, with_output_activation
from cnncalc.training.plan import TrainingPlan
from cnncalc.training_step import PlannedStep, StepRecord, plan_step, record_planned_step

__all__ = ["ShownStep", "record_step", "show_output_activation"]

# Of a batch of more numbers than these, 64 MiB of float64, the samples shown are recorded alone.
MOST_RECORDED = 2**23


@dataclass(frozen=True)
class ShownStep:
    """The record of a step, where in the training it is, and what its samples are called.

    `plan` has the network as it is shown, with the activation inside a loss as a layer of its own;
    an epoch has so many `batches`.
    """

    record: StepRecord
    step: PlannedStep
    plan: TrainingPlan
    batches: int
    class_names: tuple[str, ...]
    sample_names: tuple[str, ...]
    provenance: Provenance

    @property
    def untrained(self) -> str:
        """What stands for a class in the first step, which still has the weights it was given."""
        return self.provenance.before_training.untrained if self.step.number == 1 else ""


def show_output_activation(network: Network, loss: Loss, caller: Caller) -> tuple[Network, Loss]:
    """Return `with_output_activation` of a network and loss, and say so where that adds a layer."""
    if loss.from_logits:
        caller.remark(f"the {loss.activation} inside {loss} is shown as a layer of its own")
    return with_output_activation(network, loss)


def record_step(
    session: Session, number: int, caller: Caller, samples: int | None = None
) -> ShownStep:
    """Go through a training up to a step, and record it.

    Arguments: the `session`; the step's `number`, counted from 1; the `caller`; of how many
    `samples` the numbers are kept where the batch has very many, None for all.
    """
    network, loss = show_output_activation(
        on_images(session.plan.network), session.plan.loss, caller
    )
    training = session.parts.training.fitting(network.input_shape)
    plan = replace(session.plan, network=network, loss=loss)
    step = plan_step(plan, training, number)
    batches = steps(plan, training)
    with caller.training(step.epoch, batches) as watchers:
        record = record_planned_step(
            plan,
            training,
            step,
            samples if _is_large(network, step) else None,
            session.optimizer_state,
            watchers,
        )
    names = tuple(training.name(int(position)) for position in step.positions)
    origins = calculated(session.provenance, network)
    return ShownStep(record, step, plan, batches, training.class_names, names, origins)


def _is_large(network: Network, step: PlannedStep) -> bool:
    numbers = sum(map(prod, network.shapes)) * len(step.positions)
    return numbers > MOST_RECORDED
