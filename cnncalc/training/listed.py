"""What the `model.compile` of a listing asks of a training: its loss and optimizer, as written."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from cnncalc.errors import NotationError, OptionError
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.training.optimizers import Optimizer
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["ABBREVIATIONS", "listed_loss", "listed_optimizer", "listed_options"]

ABBREVIATIONS: Mapping[str, str] = {"bce": "binary_crossentropy", "mse": "mean_squared_error"}
"""Keras's short names of losses."""

# They look on, or say how the same numbers are worked out.
_HARMLESS = ("metrics", "weighted_metrics", "run_eagerly", "steps_per_execution", "jit_compile")


def listed_loss(text: str) -> Loss | None:
    """Return the loss that is written as a name; None for another one, or one in a call.

    >>> listed_loss("'sparse_categorical_crossentropy'").name, listed_loss("'mae'")
    ('categorical_crossentropy', None)
    """
    name = _text(text).removeprefix("sparse_")
    return LOSSES.get(ABBREVIATIONS.get(name, name))


def listed_optimizer(text: str) -> Optimizer | None:
    """Return the optimizer that is written as a name or a call; None for one that we lack.

    >>> listed_optimizer("keras.optimizers.SGD(lr=0.5)").learning_rate, listed_optimizer("'lion'")
    (0.5, None)
    """
    try:
        # The learning rate's name before Keras 2.3.
        return parse_optimizer(re.sub(r"\blr=", "learning_rate=", _text(text)))
    except (NotationError, OptionError):
        return None


def listed_options(compiled: Mapping[str, str]) -> tuple[Uncalculated, ...]:
    """Return what `model.compile` asks and cnncalc doesn't calculate.

    Arguments: its arguments as they are written, by their names.

    >>> [str(each) for each in listed_options({"optimizer": "'adam'", "loss": "'mae'"})]
    ["model.compile: loss='mae'"]
    """
    found = []
    for name, text in compiled.items():
        if name == "loss" and listed_loss(text) is None:
            found.append(_asked(name, text, ("--loss",), changes_loss=True))
        elif name == "optimizer" and listed_optimizer(text) is None:
            found.append(_asked(name, text, ("--optimizer",)))
        elif name not in ("loss", "optimizer", *_HARMLESS) and text != "None":
            found.append(_asked(name, text))
    return tuple(found)


def _asked(
    name: str, text: str, replaced_by: tuple[str, ...] = (), *, changes_loss: bool = False
) -> Uncalculated:
    return Uncalculated("model.compile", name, text, replaced_by, changes_loss)


def _text(written: str) -> str:
    """Return what is in quotes, or a text as it is where there are none."""
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written
    return value if isinstance(value, str) else written
