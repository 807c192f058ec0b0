"""What a model asks of training and cnncalc doesn't calculate: refused, or left out on purpose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from cnncalc.errors import OptionError

__all__ = ["Uncalculated", "left_out"]


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
    kept = [each for each in found if not set(each.replaced_by) & set(given)]
    if evaluated:
        kept = [each for each in kept if each.changes_loss]
    refused = [each for each in kept if each.name not in ignored]
    if refused:
        what = "loss" if evaluated else "training"
        listed = "; ".join(_with_way_out(each, offered) for each in refused)
        names = " ".join(f"--ignore {name}" for name in _names(refused))
        message = (
            f"the model asks of its {what} what cnncalc doesn't calculate: {listed}. To leave it "
            f"out on purpose: {names}"
        )
        raise OptionError(message)
    return tuple(each for each in kept if each.name in ignored)


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
    return list(dict.fromkeys(each.name for each in options))


def _with_way_out(option: Uncalculated, offered: Collection[str]) -> str:
    ways = [way for way in option.replaced_by if way in offered]
    verb = "replaces" if len(ways) == 1 else "replace"
    return f"{option} ({' or '.join(ways)} {verb} it)" if ways else str(option)
