"""The rescaling that comes first where cnncalc draws the weights that a gradient is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import click

from cnncalc.cli.network_argument import ARTICLE, NetworkSource
from cnncalc.cli.remarks import remark
from cnncalc.errors import OptionError
from cnncalc.layers import Layer
from cnncalc.notation import write
from cnncalc.training.defaults import rescaled, scales_pixels

__all__ = ["raw_option", "refuse_scaling", "scaled_source", "stays_raw"]

raw_option = click.option(
    "--raw",
    is_flag=True,
    help="Of a gradient, leave the pixels as they are; else a network with new weights begins with "
    "Rescaling, as in train.",
)


def stays_raw(network: str | None, *, raw: bool) -> bool:
    """Say whether a network takes pixels as they are: where asked for, and the article's own."""
    return raw or network == ARTICLE


def refuse_scaling(asked: Mapping[str, bool], layers: Sequence[Layer], *, is_new: bool) -> None:
    """Raise OptionError where an option about scaling pixels would do nothing.

    Arguments: which options are `asked` for, by their names; the network's `layers`; whether its
    weights are drawn anew.
    """
    given = [name for name, is_given in asked.items() if is_given]
    verb = "is" if len(asked) == 1 else "are"
    most, wanting = 0, f"{verb} for a new network that doesn't scale pixels itself"
    if is_new and not scales_pixels(tuple(layers)):
        most, wanting = 1, "exclude each other"
    if len(given) > most:
        message = f"{' and '.join(asked)} {wanting}. Received: {' and '.join(given)}"
        raise OptionError(message)


def scaled_source(source: NetworkSource, largest: float) -> NetworkSource:
    """Return a network that scales pixels of up to the `largest` value first, and say so."""
    layers = rescaled(source.layers, 1 / largest)
    if layers is not source.layers:
        remark(f"network: {write(layers)}")
    return replace(source, layers=layers)
