"""What can't be trained with among the numbers that a user typed into a training's workbook."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncalc.errors import CnncalcError, InputError
from cnncalc.network import Array
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.quantities import LABEL
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.training.settings import constants, setting, with_settings
from cnncalc.sheet.training.specification import TrainingSpecification

__all__ = ["class_of", "wrong_input"]


def class_of(label: float, classes: int) -> int:
    """Return the class that a label is the number of.

    Raises InputError for a number that is no class.

    >>> class_of(1.0, classes=2)
    1
    """
    if label not in range(classes):
        message = f"a label must be the number of a class, 0 to {classes - 1}. Received: {label:g}"
        raise InputError(message)
    return int(label)


def wrong_input(
    training: TrainingSpecification, classes: int, inputs: Mapping[Quantity, Array]
) -> tuple[Quantity, CnncalcError] | None:
    """Return the first constant or label that is out of range, and what is wrong with it.

    Arguments: the `training`; how many `classes` there are; its `inputs` as they stand.
    """
    first = {
        setting(name): np.array([[value]]) for name, value in constants(training.optimizer).items()
    }
    try:
        for quantity in first:
            with_settings(training.optimizer, {**first, quantity: inputs[quantity]})
        for use in training.first_uses.values():
            quantity = Scope(*use).quantity(LABEL)
            class_of(inputs[quantity].item(), classes)
    except CnncalcError as error:
        return quantity, error
    return None
