"""One training cycle with every number of it: forward, loss, backward, update, in float64.

The record is made by the training's own code (`cnncalc.training`), and holds what `fit` throws
away: the gradient of each activation, and what the optimizer did to each weight.
"""

from cnncalc.training_step.recording import (
    PlannedStep,
    StepPlace,
    in_float64,
    plan_step,
    record_planned_step,
    record_step,
    record_steps,
)
from cnncalc.training_step.structure import LayerStep, StepRecord, WeightUpdate

__all__ = [
    "LayerStep",
    "PlannedStep",
    "StepPlace",
    "StepRecord",
    "WeightUpdate",
    "in_float64",
    "plan_step",
    "record_planned_step",
    "record_step",
    "record_steps",
]
