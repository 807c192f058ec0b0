"""What the numbers of a volume are, in a sentence, where it has no rule that tells it.

In a workbook such numbers stand beside others that explain them; a page tells of each alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from cnncalc.sheet.quantities import (
    CHANGED,
    CLASS_NAMES,
    CLASS_NUMBERS,
    DRAWN_SUMS,
    IS_LARGEST,
    LOGITS,
    OUTPUTS,
    PREDICTED,
    PREDICTED_NAME,
    WEIGHT_SUMS,
)
from cnncalc.sheet.training.course import ACCURACIES, LABELS, LOSSES, PREDICTIONS, STEPS
from cnncalc.sheet.training.settings import setting
from cnncalc.sheet.volumes import Volume
from cnncalc.trace.stage_names import HelperName

__all__ = ["sentences"]

# By the names that a quantity has in every layer.
_OF_LAYERS: Mapping[tuple[str, str], str] = {
    ("weight", "bias"): "added to each sum",
    ("weight", "gamma"): "what each normalized number is multiplied by",
    ("weight", "beta"): "added to each normalized number",
    ("weight", "moving_mean"): "the mean of each channel that training kept",
    ("weight", "moving_variance"): "the variance of each channel that training kept",
    ("helper", HelperName.INPUTS): "what the layer takes in, a number for each row of weights",
}

_OF_CALCULATIONS: Mapping[tuple[str, str], str] = {
    (quantity.kind, quantity.name): sentence
    for quantity, sentence in (
        (CLASS_NUMBERS, "the classes, counted from 0"),
        (CLASS_NAMES, "what the classes are called: type over it"),
        (OUTPUTS, "what the last layer puts out for each class"),
        (LOGITS, "what the last activation is taken of"),
        (IS_LARGEST, "1 where the output is the largest, but for rounding"),
        (PREDICTED, "the class that the outputs say"),
        (PREDICTED_NAME, "what this class is called"),
        (WEIGHT_SUMS, "sums of the weights as they stand"),
        (DRAWN_SUMS, "sums of the weights as they were drawn"),
        (CHANGED, "1 where both sums differ: a weight was typed over"),
        (STEPS, "the steps, counted from 1"),
        (LOSSES, "the mean loss of each step's samples"),
        (ACCURACIES, "the share of each step's samples whose class was right"),
        (PREDICTIONS, "the class that the outputs say of each sample"),
        (LABELS, "the class that each sample has"),
        (setting("learning_rate"), "how far each step goes against the gradient"),
        (setting("momentum"), "the share of the last step that is taken again"),
        (setting("rho"), "the share that a mean of squares keeps of what it was"),
        (setting("beta_1"), "the share that a mean of gradients keeps of what it was"),
        (setting("beta_2"), "the share that a mean of squares keeps of what it was"),
        (setting("epsilon"), "so small that it only keeps a division from being one by 0"),
        (setting("weight_decay"), "the share of each weight, times the rate, that is taken off"),
    )
}


def sentences(volume: Volume) -> tuple[str, ...]:
    """Return all that there is to say of a volume: how its numbers come about, or what they are.

    Raises TypeError for one that has neither a rule nor its place here.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.sheet.flow import make_flow
    >>> from cnncalc.sheet.plan import Specification
    >>> flow = make_flow(Specification("", (Dense(1, name="dense"),), (2,), "network"))
    >>> {stage.volume.full_title: sentences(stage.volume)[0] for stage in flow.stages}["Bias"]
    'added to each sum'
    """
    if volume.rule:
        return volume.sentences
    key = (volume.quantity.kind, volume.quantity.name)
    told = _OF_LAYERS.get(key) or _OF_CALCULATIONS.get(key)
    if told is None:
        message = "a volume must have a rule, or be told in sheet/meanings.py. "
        raise TypeError(message + f"Received: {volume.quantity}")
    return (told, *volume.notes)
