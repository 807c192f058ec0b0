"""The options of training and of what was trained: data, how pixels are taken, what is left out."""

from __future__ import annotations

from pathlib import Path

import click

from cnncalc.cli.options import Decorator, bundled
from cnncalc.cli.types import FRACTION, PAIR, SCHEDULE
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.training_options import (
    DEFAULT_LOSS,
    DEFAULT_SPLIT,
    ENGINES,
    FITS,
    LOSSES,
    DataOptions,
    KeepOptions,
    TakingOptions,
    TrainingOptions,
)

__all__ = [
    "data_options",
    "gradient_raw_option",
    "ignore_option",
    "keep_options",
    "loss_option",
    "raw_option",
    "taking_options",
    "training_options",
    "validation_split_option",
]


def raw_option(help_text: str) -> Decorator:
    """Return the option --raw, its help saying what a command does to pixels without it."""
    return click.option("--raw", is_flag=True, help=help_text)


def validation_split_option(help_text: str) -> Decorator:
    """Return the option of the share that is held back; without it, that is `DEFAULT_SPLIT`."""
    default = f"  [default: {DEFAULT_SPLIT}; nothing of one sample]"
    return click.option("--validation-split", type=float, metavar="SHARE", help=help_text + default)


def loss_option(help_text: str) -> Decorator:
    """Return the option of the loss, by its name."""
    return click.option("--loss", type=click.Choice(LOSSES), help=help_text)


gradient_raw_option = raw_option(
    "Of a gradient, leave the pixels as they are: no Rescaling before a network with new weights, "
    "and image files keep 0 to 255 where the model learnt another range."
)

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

ignore_option = click.option(
    "--ignore",
    multiple=True,
    metavar="NAME",
    help="Leave out an option that the model's file has and cnncalc doesn't calculate, such as "
    "kernel_constraint; may be given several times.",
)

data_options = bundled(
    "given",
    DataOptions,
    click.argument("data", metavar="[DATA]", required=False, type=click.Path(path_type=Path)),
    click.option(
        "--image-size",
        type=PAIR,
        help="What photos are resized to.  [default: what the network takes, else 300]",
    ),
    click.option(
        "--fit",
        type=click.Choice(FITS),
        help="Stretch photos to any aspect, crop their middle, or pad them with black.  "
        "[default: the model's own, else stretch]",
    ),
    click.option("--grey", is_flag=True, help="Read photos as grey.  [default: as RGB]"),
    click.option("--label-column", metavar="NAME", help="The column of a .csv, or its number."),
    click.option(
        "--strict",
        is_flag=True,
        help="Fail where a photo can't be decoded, or a file of a class folder isn't used.",
    ),
    click.option(
        "--cache",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Where decoded photos are kept.  [default: ~/.cache/cnncalc/photos]",
    ),
)


training_options = bundled(
    "wanted",
    TrainingOptions,
    click.option(
        "--network",
        metavar="NETWORK",
        help="Layers in Keras calls, a file of them, or a .keras file to go on from.  "
        "[default: the article's; the digits have one of their own]",
    ),
    click.option(
        "--epochs",
        type=int,
        help="How often all images are gone through.  [default: 5; 20 for the digits]",
    ),
    click.option(
        "--batch-size",
        type=int,
        help="Images between two updates.  [default: 128; 32 for the digits]",
    ),
    validation_split_option(
        "The share, the last part, that is held back where DATA has no such part."
    ),
    click.option("--stratify", is_flag=True, help="Hold the last part of each class back instead."),
    click.option(
        "--rescale",
        type=FRACTION,
        help="Multiply each pixel by this.  [default: 1/255; 1/16 for the digits]",
    ),
    raw_option(
        "Leave the pixels as they are, as the article does: no Rescaling before a new network, and "
        "image files keep 0 to 255 where a model goes on that learnt another range."
    ),
    loss_option(
        "What is minimised. binary_crossentropy of a softmax, and categorical_crossentropy of "
        "a sigmoid, are those of its outputs, as Keras has it on JAX and PyTorch; on TensorFlow it "
        "takes the logits for those of the other.  "
        f"[default: the model's own, else {DEFAULT_LOSS}]",
    ),
    click.option(
        "--optimizer",
        metavar="NAME",
        help="adam, adamw, rmsprop, sgd, or Keras's call: 'SGD(momentum=0.9, nesterov=True)'.  "
        "[default: the model's own, else adam]",
    ),
    click.option("--learning-rate", type=float, help="[default: the optimizer's own]"),
    click.option("--weight-decay", type=float, help="The share × rate taken off every weight."),
    click.option(
        "--l2",
        type=float,
        metavar="FACTOR",
        help="Add FACTOR × the sum of squares of every kernel to the loss: Keras's "
        "kernel_regularizer=L2(FACTOR) on each layer.",
    ),
    click.option(
        "--schedule",
        type=SCHEDULE,
        metavar=SCHEDULE.name,
        help="How the learning rate changes: down a cosine, or by a factor every few epochs.  "
        "[default: the model's own, else constant]",
    ),
    click.option(
        "--early-stopping",
        type=int,
        metavar="PATIENCE",
        help="Stop once val_loss has not improved for so many epochs.",
    ),
    click.option("--restore-best", is_flag=True, help="Then put the best epoch's weights back."),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="What all that is random is drawn from.",
    ),
    click.option(
        "--threads",
        type=click.IntRange(min=1),
        help="Work on so many pieces of a batch at once; changes no number.  [default: one a core]",
    ),
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default=ENGINES[0],
        show_default=True,
        help="What calculates: NumPy, or Keras 3 on its backend, on all its devices: "
        "pip install 'cnncalc[keras]'.",
    ),
    ignore_option,
)


keep_options = bundled(
    "keep",
    KeepOptions,
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE.keras",
        help="The trained model.  [default: model.keras]",
    ),
    click.option("--force", is_flag=True, help="Replace existing files."),
    click.option("--resume", is_flag=True, help="Go on from where a training was stopped."),
    click.option(
        "--checkpoint-minutes",
        type=click.FloatRange(min=0),
        metavar="MINUTES",
        help="Write a checkpoint so often, and not after each epoch alone.",
    ),
    click.option(
        "--history",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write each epoch's numbers: .csv or .json.",
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path),
        metavar="FILE.xlsx",
        help="Write a workbook with the curves, the confusion matrix, the learnt filters and the "
        "worst mistakes.",
    ),
    click.option(
        "--paper",
        type=click.Choice([paper.value for paper in Paper], case_sensitive=False),
        help="What the report is laid out to be printed on.  [default: A4]",
    ),
)
