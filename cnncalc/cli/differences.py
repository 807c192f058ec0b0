"""Telling in what images are unlike those that a model learnt, and what may be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from cnncalc.cli.options import bundled
from cnncalc.cli.raw import raw_option
from cnncalc.cli.remarks import remark
from cnncalc.errors import OptionError
from cnncalc.training.learnt_images import BYTES, LearntImages
from cnncalc.training.unseen import Difference, summed_up

__all__ = [
    "TakingOptions",
    "brings",
    "refuse_idle_raw",
    "say_all",
    "say_differences",
    "taking_options",
    "with_hint",
]

MOST_WARNINGS = 3  # of a kind, each with its image's name


@dataclass(frozen=True)
class TakingOptions:
    """Whether image files keep their values, and whether negatives are taken."""

    raw: bool
    invert: bool


taking_options = bundled(
    "taking",
    TakingOptions,
    raw_option(
        "Leave the pixels as they are: image files keep 0 to 255 where the model learnt another "
        "range."
    ),
    click.option(
        "--invert", is_flag=True, help="Take the negative: dark for bright, bright for dark."
    ),
)


def refuse_idle_raw(
    taking: TakingOptions, learnt: LearntImages | None, *, photos: bool, given: str
) -> None:
    """Raise OptionError where --raw would do nothing.

    Arguments: the options; what was `learnt`; whether there are image files among what is taken;
    what was `given`, for the message.
    """
    if taking.raw and not brings(learnt, photos=photos):
        if learnt is None:
            kept = "a model whose file doesn't say what it learnt"
        else:
            kept = given if photos else f"the numbers of {given}"
            kept += f", and a model that learnt {learnt.values}"
        message = (
            "--raw is for image files, where the model learnt another range than 0 to 255. "
            f"Received: {kept}"
        )
        raise OptionError(message)


def brings(learnt: LearntImages | None, *, photos: bool) -> bool:
    """Say whether image files are brought to the range that was learnt, as that isn't 0 to 255."""
    return photos and learnt is not None and learnt.values != BYTES


def with_hint(difference: Difference, taking: TakingOptions | None = None) -> Difference:
    """Return a difference with the option that may be wanted because of it.

    Arguments: the `difference`; the options, None for a command that has none of them.
    """
    hint = _hints(taking).get(difference.kind)
    return replace(difference, text=f"{difference.text}; {hint}") if hint else difference


def _hints(taking: TakingOptions | None) -> dict[str, str]:
    if taking is None:
        return {"negative": "predict --invert takes its negative"}
    return {
        "scaled": "--raw keeps the values as they are",
        "negative": "try it without --invert" if taking.invert else "--invert takes its negative",
    }


def say_differences(found: Sequence[tuple[str, Difference]], count: int) -> None:
    """Say the differences of some images, each with its image's name; of many, their number.

    Arguments: names and differences; of how many images they are.
    """
    for kind in dict.fromkeys(each.kind for _, each in found):
        same = [(name, each) for name, each in found if each.kind == kind]
        if same[0][1].is_warning and len(same) <= MOST_WARNINGS:
            for one in same:
                say_all(summed_up([one], 1))
        else:
            say_all(summed_up(same, count))


def say_all(differences: Sequence[Difference]) -> None:
    """Say differences that name their images themselves."""
    for each in differences:
        remark(f"Warning: {each.text}" if each.is_warning else each.text)
