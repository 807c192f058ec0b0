"""Option sets that several commands share, each handed to its command as one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.figure_options import figure_options
from cnncalc.cli.types import NUMBERS, PADDING, PAIR, POOLING
from cnncalc.layers import ACTIVATIONS
from cnncalc.tasks.options import CalculationOptions, InputOptions

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from cnncalc.cli.figure_options import FigureKind
    from cnncalc.views.colors import Theme
    from cnncalc.views.picture import Scaling

__all__ = [
    "Decorator",
    "DisplayOptions",
    "OutputOptions",
    "bundled",
    "calculation_options",
    "display_options",
    "form_option",
    "input_options",
    "output_options",
    "writing_options",
]

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def bundled(name: str, kind: type[DataclassInstance], *options: Decorator) -> Decorator:
    """Give a command several options and hand them over as one argument, a `kind`.

    Arguments: the argument's `name`; the frozen dataclass, a field for each option; the options.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapper(**values: Any) -> Any:  # noqa: ANN401
            given = {field.name: values.pop(field.name) for field in fields(kind)}
            return command(**values, **{name: kind(**given)})

        result: Command = wrapper
        for option in reversed(options):
            result = option(result)
        return result

    return decorate


def form_option(help_text: str, *forms: str) -> Decorator:
    """Return the option of the form in which results are printed: a table, or one of others."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", *forms]),
        default="table",
        show_default=True,
        help=help_text,
    )


input_options = bundled(
    "given",
    InputOptions,
    click.argument("source", metavar="[INPUT]", required=False),
    click.option(
        "--sheet",
        metavar="NAME",
        help="The sheet of an .xlsx INPUT, hidden or not; without it, the active one.",
    ),
    click.option(
        "--range", "cell_range", metavar="A1:D9", help="The cells of an .xlsx INPUT to read."
    ),
)


# How each filter slides, and what it adds.
_FILTER_OPTIONS = (
    click.option(
        "--bias",
        "biases",
        type=NUMBERS,
        multiple=True,
        help="One number for every filter, or one for each (repeat it, or separate by commas).",
    ),
    click.option(
        "--padding",
        "-p",
        type=PADDING,
        help="valid, same, or zeros to add: 1, 0,1 (vertical,horizontal) or top,bottom,left,right."
        "  [default: valid]",
    ),
    click.option("--stride", "-s", type=PAIR, help="Steps of the window.  [default: 1]"),
    click.option("--dilation", type=PAIR, help="Spacing of the weights.  [default: 1]"),
)

# What they are applied to, and what becomes of their results.
_RESULT_OPTIONS = (
    click.option(
        "--activation",
        "-a",
        metavar="NAME",
        help=f"{', '.join(ACTIVATIONS[:-1])} or {ACTIVATIONS[-1]}.",
    ),
    click.option(
        "--pool", "pooling", type=POOLING, help="Pool the result: max:2, average:2:2, l2:3:1."
    ),
    click.option(
        "--combine",
        type=click.Choice(["sum", "max"]),
        help="Make one output of all filters', after the activation and before the pooling.",
    ),
    click.option(
        "--depthwise", is_flag=True, help="Apply each 2-D kernel to each channel by itself."
    ),
)


calculation_options = bundled(
    "wanted",
    CalculationOptions,
    click.option(
        "--kernel",
        "-k",
        "kernels",
        metavar="K",
        multiple=True,
        help="Weights: '1 0 1; 0 1 0; 1 0 1' (rows by ;, depth slices by |), a name such as "
        "edge, or @FILE: .csv, .npy, or .xlsx, which a place may follow, quoted as in Excel: "
        "@k.xlsx!A1:C3, @k.xlsx!'My sheet'!$A$1:$C$3 (without a sheet, that of INPUT in the same "
        "file, else the active one). Again for each further filter.",
    ),
    *_FILTER_OPTIONS,
    *_RESULT_OPTIONS,
)


@dataclass(frozen=True)
class DisplayOptions:
    """How to show results."""

    form: str
    decimals: int
    full: bool
    colors: str | None


display_options = bundled(
    "look",
    DisplayOptions,
    form_option(
        "A table for people; csv, the last matrix alone (of a layer asked about, its "
        "own); json, every stage.",
        "csv",
        "json",
    ),
    click.option(
        "--decimals",
        type=click.IntRange(0, 17),
        default=4,
        show_default=True,
        help="At most so many decimal places.",
    ),
    click.option(
        "--full", is_flag=True, help="Print every number of a matrix, up to 250,000 of them."
    ),
    click.option(
        "--colors",
        metavar="MAP",
        help="The colour map of the shading, such as green, grey, blue-red or viridis.",
    ),
)


@dataclass(frozen=True)
class OutputOptions:
    """Where to write the result."""

    output: Path | None
    force: bool
    scale: Scaling
    figure: FigureKind | None
    theme: Theme


def writing_options(
    output_help: str, force_help: str, *, pictures: str, scale: Scaling
) -> Decorator:
    """Return the options of where to write the result.

    Arguments: what --output and --force say; what the `pictures` are called that have a `scale`.
    """
    return bundled(
        "target",
        OutputOptions,
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=output_help,
        ),
        click.option("--force", is_flag=True, help=force_help),
        click.option(
            "--scale",
            type=click.Choice(["clip", "minmax"]),
            default=scale,
            show_default=True,
            help=f"Grey levels of {pictures}: clip to 0–255, or stretch the lowest and highest "
            "value.",
        ),
        *figure_options,
    )


output_options = writing_options(
    "Write the result: .svg .pdf (a figure), .png .jpg .gif .webp .csv .npy .json .xlsx .html.",
    "Replace an existing FILE.",
    pictures="a picture",
    scale="clip",
)
