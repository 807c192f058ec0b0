"""The rescaling that comes first where cnncalc draws the weights that a gradient is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.errors import OptionError
from cnncalc.layers import Layer
from cnncalc.notation import write
from cnncalc.tasks.callers import Caller
from cnncalc.tasks.networks import ARTICLE, NetworkSource
from cnncalc.training.plan import rescaled, scales_pixels

__all__ = [
    "keeps_pixels",
    "refuse_scaling",
    "scaled_source",
    "scales_first",
]


def keeps_pixels(network: object, *weights: object) -> bool:
    """Say whether a gradient's network is as it is written: the article's, or one with weights.

    Arguments: the `network` as written; the `weights` that may come with it, each None if not.
    """
    is_articles = isinstance(network, str) and network == ARTICLE
    return is_articles or any(weight is not None for weight in weights)


def scales_first(layers: Sequence[Layer], *, is_new: bool) -> bool:
    """Say whether a Rescaling goes before layers, left out --raw: new ones that have none."""
    return is_new and not scales_pixels(tuple(layers))


def refuse_scaling(*, raw: bool, scales: bool, rescale: bool = False, brings: bool = False) -> None:
    """Raise OptionError where an option about scaling pixels would do nothing.

    Arguments: whether --raw and --rescale were given; whether a Rescaling `scales` pixels first,
    unless they are; whether image files are brought to the range that a model learnt.
    """
    if raw and rescale:
        message = "--raw and --rescale exclude each other. Received: --raw and --rescale"
        raise OptionError(message)
    if rescale and not scales:
        message = (
            "--rescale is for a new network that doesn't scale pixels itself. Received: --rescale"
        )
        raise OptionError(message)
    if raw and not scales and not brings:
        message = (
            "--raw is for a new network that doesn't scale pixels itself, and for image files "
            "where the model learnt another range than 0 to 255. Received: --raw"
        )
        raise OptionError(message)


def scaled_source(source: NetworkSource, largest: float, caller: Caller) -> NetworkSource:
    """Return a network that scales pixels of up to the `largest` value first, and say so."""
    layers = rescaled(source.layers, 1 / largest)
    if layers is not source.layers:
        caller.remark(f"network: {write(layers)}")
    return replace(source, layers=layers)
