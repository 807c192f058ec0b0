"""The table of commands and the top of the command line."""

from __future__ import annotations

import click

import cnncalc.cli.one_blas_thread  # noqa: F401 (before a command imports NumPy)
from cnncalc._version import __version__
from cnncalc.cli.group import Home, LazyGroup

__all__ = ["HOMES", "cli"]

HOMES = {
    "show": Home("cnncalc.cli.show", "How a machine sees an image: a grid of numbers."),
    "convolve": Home("cnncalc.cli.convolve", "Convolve an image, step by step."),
    "pool": Home("cnncalc.cli.pool", "Pool an image, each depth slice by itself."),
    "outsize": Home("cnncalc.cli.outsize", "The output size of a convolution or pooling."),
    "summary": Home("cnncalc.cli.summary", "A network in numbers: parameters, arithmetic, memory."),
    "trace": Home("cnncalc.cli.trace", "A whole network on one image, layer by layer."),
    "explain": Home("cnncalc.cli.explain", "Where one number of a network came from."),
    "train": Home("cnncalc.cli.train", "Train a network as Keras does, in NumPy."),
    "evaluate": Home("cnncalc.cli.evaluate", "How well a trained model does on a data set."),
    "predict": Home("cnncalc.cli.predict", "What a trained model takes an image for."),
    "cases": Home("cnncalc.cli.cases", "The article's cases, each number checked."),
    "export-xlsx": Home("cnncalc.cli.export_xlsx", "Write a workbook that calculates the same."),
    "export-html": Home("cnncalc.cli.export_html", "Write a page that calculates the same."),
    "animate": Home("cnncalc.cli.animate", "Write a film in which the calculation plays."),
    "verify": Home("cnncalc.cli.verify", "Recompute a workbook and compare every number."),
}


@click.group(
    "cnncalc",
    cls=LazyGroup,
    homes=HOMES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: cnncalc convolve --kernel '1 0.3' --padding 0,1",
)
@click.version_option(__version__, package_name="cnncalc")
def cli() -> None:
    """Show, check and train a convolutional network by hand.

    Without INPUT a command uses the article's own grid, a hand-drawn digit 4.
    """
