"""Options of commands that take a whole network."""

from __future__ import annotations

from pathlib import Path

import click

from cnncalc.cli.options import bundled
from cnncalc.cli.types import SHAPE
from cnncalc.tasks.network_options import FittingOptions, NetworkOptions, WeightOptions

__all__ = [
    "class_names_option",
    "fitting_options",
    "network_options",
    "resize_option",
    "weight_options",
]

network_options = bundled(
    "wanted",
    NetworkOptions,
    click.argument("network", metavar="NETWORK"),
    click.option(
        "--input-shape",
        type=SHAPE,
        metavar="H,W,C",
        help="The image's height, width and channels, such as 28,28,1.",
    ),
)

weight_options = bundled(
    "initial",
    WeightOptions,
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Take the weights of a .keras file, or of a .weights.h5 file of Keras 3.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        help="What initial weights are drawn from, where there are no others.  [default: 0]",
    ),
)

resize_option = click.option(
    "--resize", is_flag=True, help="Resize an image to what the network takes."
)

class_names_option = click.option(
    "--class-names", metavar="A,B,…", help="What the classes are called, in their order."
)

fitting_options = bundled(
    "fitting",
    FittingOptions,
    resize_option,
    class_names_option,
)
