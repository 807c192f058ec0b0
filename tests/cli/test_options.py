"""The choices of an option are those that its task or view knows, wherever they are written."""

from typing import get_args, get_type_hints

import pytest

from cnncalc.calculator import Calculation
from cnncalc.cli.commands import cli
from cnncalc.files.photos import Fit
from cnncalc.files.engines import EngineName as Recalculating
from cnncalc.tasks.training import EngineName as Training
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import OPTIMIZERS
from cnncalc.views.picture import Scaling

COMBINE = get_args(get_type_hints(Calculation)["combine"])[0]


def choices(command, name):
    """The texts among which an option of a command chooses."""
    found = cli.get_command(None, command)
    return next(tuple(option.type.choices) for option in found.params if option.name == name)


@pytest.mark.parametrize(
    ("command", "name", "known"),
    [
        ("train", "fit", get_args(Fit)),
        ("train", "engine", get_args(Training)),
        ("train", "loss", LOSSES),
        ("verify", "engine", get_args(Recalculating)),
        ("convolve", "combine", get_args(COMBINE)),
        ("convolve", "scale", get_args(Scaling)),
        ("trace", "scale", get_args(Scaling)),
    ],
)
def test_an_option_chooses_among_what_is_known(command, name, known):
    assert set(choices(command, name)) == set(known)


def test_the_help_names_every_optimizer():
    options = {option.name: option for option in cli.get_command(None, "train").params}
    assert options["optimizer"].help.startswith(", ".join(sorted(OPTIMIZERS)))
