"""The options of `export-xlsx`, which `export-html` takes as well."""

from __future__ import annotations

from pathlib import Path

import click

from cnncalc.cli.network_options import class_names_option, resize_option
from cnncalc.cli.options import Decorator, bundled, calculation_options, input_options
from cnncalc.cli.training_options import (
    gradient_raw_option,
    ignore_option,
    loss_option,
    validation_split_option,
)
from cnncalc.cli.types import POSITION, SHAPE
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.export_options import PrintOptions, StudentOptions
from cnncalc.tasks.export_writing import ExportRequest
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.network_part import PartOptions
from cnncalc.tasks.training_options import DEFAULT_BATCH, TrainingExport

__all__ = [
    "export_options",
    "network_export_options",
    "print_options",
    "training_export_options",
]

# Each step has a sheet, and each sample a part of it.
MOST_STEPS, MOST_SAMPLES = 1_000, 1_024

network_export_options = bundled(
    "whole",
    NetworkExport,
    click.option(
        "--network", "-n", metavar="NETWORK", help="A whole network, a sheet a layer; as in trace."
    ),
    click.option(
        "--input-shape", type=SHAPE, metavar="H,W,C", help="What the network takes: 28,28,1."
    ),
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Take the network's weights of a .keras or .weights.h5 file; else --seed draws them.",
    ),
    resize_option,
    class_names_option,
    click.option(
        "--target", metavar="CLASS", help="The true class: adds the cross-entropy of the output."
    ),
)

training_export_options = bundled(
    "training",
    TrainingExport,
    click.option(
        "--training-steps",
        type=click.IntRange(1, MOST_STEPS),
        metavar="N",
        help="Train --network for N steps, a sheet each, on DATA as train takes it (without INPUT, "
        "on the handwritten digits), or with --target on one image (without INPUT, on the "
        "article's 4).",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1, MOST_SAMPLES),
        metavar="B",
        help=f"Samples in each step.  [default: {DEFAULT_BATCH}]",
    ),
    click.option(
        "--samples",
        type=click.IntRange(min=1),
        metavar="N",
        help="Train on the first N samples alone, again and again.",
    ),
    loss_option("What the training minimises, as in train."),
    click.option("--optimizer", metavar="NAME", help="The optimizer, as in train."),
    click.option("--learning-rate", type=float, help="The optimizer's learning rate."),
    validation_split_option("The share of DATA that train holds back, so that no step has it."),
    gradient_raw_option,
    ignore_option,
)

student_options = bundled(
    "students",
    StudentOptions,
    click.option(
        "--worksheet", is_flag=True,
        help="Leave the results for a student to fill in, on the screen or on paper. The solution "
        "comes along, out of sight only: see --no-solution.",
    ),
    click.option("--blank", type=float, help="Leave a share of them blank, such as 0.5."),
    click.option(
        "--seed", type=click.IntRange(min=0),
        help="Which results are left blank, the numbers of variants, a network's weights.  "
        "[default: 0]",
    ),
    click.option(
        "--solution/--no-solution", default=True,
        help="Hide the solution in the worksheet, which colours and counts the answers, or write "
        "it to a second file alone. Hidden from eyes, not from programs: pandas and openpyxl "
        "read it, and a save by Gnumeric shows it.",
    ),
    click.option(
        "--variants", type=click.IntRange(1, 999), metavar="N",
        help="Write N worksheets with numbers of their own, each with its key; with "
        "--no-solution, the solutions are in the keys alone.",
    ),
)  # fmt: skip


part_options = bundled(
    "part",
    PartOptions,
    click.option(
        "--layer",
        "layer_name",
        metavar="NAME",
        help="Of --network, what lies behind one number of this layer alone.",
    ),
    click.option("--at", type=POSITION, help="Which of the layer's numbers, counted from 0."),
    click.option(
        "--depth",
        type=click.IntRange(min=1),
        help="How many layers back, the results before as inputs.  [default: to the image]",
    ),
)


print_options = bundled(
    "printing",
    PrintOptions,
    click.option(
        "--paper",
        type=click.Choice([paper.value for paper in Paper], case_sensitive=False),
        default=Paper.A4.value,
        show_default=True,
        help="What its sheets are laid out to be printed on.",
    ),
    click.option(
        "--pdf",
        is_flag=True,
        help="Print it beside itself with LibreOffice: FILE.pdf, of worksheets one of all, and "
        "FILE-key.pdf of their keys.",
    ),
)


def export_options(metavar: str, output_help: str) -> Decorator:
    """Give a command all that can be exported, and hand it over as one `request`.

    Arguments: what its file is called, and what --output says.
    """
    return bundled(
        "request",
        ExportRequest,
        input_options,
        calculation_options,
        network_export_options,
        training_export_options,
        student_options,
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar=metavar,
            help=output_help,
        ),
        click.option("--force", is_flag=True, help="Replace an existing FILE."),
        part_options,
    )
