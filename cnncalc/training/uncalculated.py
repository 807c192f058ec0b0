"""What a model asks of training and cnncalc doesn't calculate: refused, or left out on purpose."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnncalc.errors import NotationError, OptionError
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.training.optimizers import Optimizer

__all__ = [
    "ABBREVIATIONS",
    "Uncalculated",
    "left_out",
    "listed_loss",
    "listed_optimizer",
    "listed_options",
]


@dataclass(frozen=True)
class Uncalculated:
    """An option that Keras heeds in training and cnncalc doesn't calculate.

    `owner` is whose option it is ("layer conv2d", "loss"), empty where it is the whole loss or
    optimizer; `name` is Keras's; `value` is as a message shows it; any of `replaced_by`, options of
    the command line, puts something else in its place. `changes_loss` says whether it counts in an
    evaluated loss, too.

    >>> str(Uncalculated("layer conv2d", "kernel_constraint", "NonNeg()"))
    'layer conv2d: kernel_constraint=NonNeg()'
    """

    owner: str
    name: str
    value: str
    replaced_by: tuple[str, ...] = ()
    changes_loss: bool = False

    def __str__(self) -> str:
        option = f"{self.name}={self.value}"
        return f"{self.owner}: {option}" if self.owner else option


def left_out(
    found: Sequence[Uncalculated],
    ignored: Collection[str],
    given: Collection[str],
    offered: Collection[str],
    *,
    evaluated: bool = False,
) -> tuple[Uncalculated, ...]:
    """Return the options that are left out on purpose; raise OptionError for all others.

    Arguments: the options that were `found` in a model; the names of those that are `ignored`; the
    options of the command line that were `given`, and those that the command has (`offered`);
    whether a loss is only `evaluated`, in which not all of them have a part.
    Raises OptionError that names each option which is neither ignored nor replaced, and for an
    ignored name that the model doesn't have.

    >>> option = Uncalculated("loss", "label_smoothing", "0.1", ("--loss",), changes_loss=True)
    >>> [str(each) for each in left_out([option], ["label_smoothing"], [], ["--loss"])]
    ['loss: label_smoothing=0.1']
    >>> left_out([option], [], ["--loss"], ["--loss"])
    ()
    """
    _require_known(ignored, found)
    kept = [option for option in found if not set(option.replaced_by) & set(given)]
    if evaluated:
        kept = [option for option in kept if option.changes_loss]
    refused = [option for option in kept if option.name not in ignored]
    if refused:
        what = "loss" if evaluated else "training"
        listed = "; ".join(_with_way_out(option, offered) for option in refused)
        names = " ".join(f"--ignore {name}" for name in _names(refused))
        message = (
            f"the model asks of its {what} what cnncalc doesn't calculate: {listed}. To leave it "
            f"out on purpose: {names}"
        )
        raise OptionError(message)
    return tuple(option for option in kept if option.name in ignored)


def _require_known(ignored: Collection[str], found: Sequence[Uncalculated]) -> None:
    known = _names(found)
    for name in ignored:
        if name not in known:
            there = ", ".join(known) or "it has nothing of the kind"
            message = (
                f"--ignore must name what the model has and cnncalc doesn't calculate: {there}. "
                f"Received: {name}"
            )
            raise OptionError(message)


def _names(options: Iterable[Uncalculated]) -> list[str]:
    return list(dict.fromkeys(option.name for option in options))


def _with_way_out(option: Uncalculated, offered: Collection[str]) -> str:
    ways = [way for way in option.replaced_by if way in offered]
    verb = "replaces" if len(ways) == 1 else "replace"
    return f"{option} ({' or '.join(ways)} {verb} it)" if ways else str(option)


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
