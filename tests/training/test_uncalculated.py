import pytest

from cnncalc.errors import OptionError
from cnncalc.training.uncalculated import Uncalculated, left_out

CONSTRAINT = Uncalculated("layer conv2d", "kernel_constraint", "NonNeg()")
SMOOTHING = Uncalculated("loss", "label_smoothing", "0.1", ("--loss",), changes_loss=True)
RATE = Uncalculated("optimizer", "learning_rate", "P()", ("--schedule", "--learning-rate"))
OFFERED = ("--loss", "--schedule", "--learning-rate")


def refusal(*arguments, **options):
    with pytest.raises(OptionError) as caught:
        left_out(*arguments, **options)
    return str(caught.value)


def test_each_option_is_named_with_what_replaces_it_and_how_to_leave_it_out():
    assert refusal([CONSTRAINT, SMOOTHING, RATE], [], [], OFFERED) == (
        "the model asks of its training what cnncalc doesn't calculate: layer conv2d: "
        "kernel_constraint=NonNeg(); loss: label_smoothing=0.1 (--loss replaces it); optimizer: "
        "learning_rate=P() (--schedule or --learning-rate replace it). To leave it out on purpose: "
        "--ignore kernel_constraint --ignore label_smoothing --ignore learning_rate"
    )


def test_a_command_names_the_options_that_it_has():
    assert "--schedule" not in refusal([RATE], [], [], ["--loss"])


def test_what_is_ignored_is_returned_and_what_is_replaced_is_not():
    found = [CONSTRAINT, SMOOTHING, RATE]
    ignored = ["kernel_constraint", "label_smoothing"]
    assert left_out(found, ignored, ["--learning-rate"], OFFERED) == (CONSTRAINT, SMOOTHING)
    assert left_out(found, ["kernel_constraint"], OFFERED, OFFERED) == (CONSTRAINT,)
    assert "kernel_constraint" not in refusal(found, ["kernel_constraint"], [], OFFERED)


def test_one_name_ignores_the_option_of_every_layer():
    other = Uncalculated("layer dense", "kernel_constraint", "UnitNorm()")
    assert left_out([CONSTRAINT, other], ["kernel_constraint"], [], ()) == (CONSTRAINT, other)
    assert refusal([CONSTRAINT, other], [], [], ()).count("--ignore") == 1


def test_of_an_evaluation_only_the_loss_counts():
    assert left_out([CONSTRAINT, RATE], [], [], OFFERED, evaluated=True) == ()
    found, ignored = [CONSTRAINT, SMOOTHING], ["kernel_constraint", "label_smoothing"]
    assert left_out(found, ignored, [], OFFERED, evaluated=True) == (SMOOTHING,)
    message = refusal([CONSTRAINT, SMOOTHING], [], [], OFFERED, evaluated=True)
    assert message.startswith("the model asks of its loss what cnncalc doesn't calculate: loss:")
    assert "kernel_constraint" not in message


@pytest.mark.parametrize(
    ("found", "there"),
    [
        ([CONSTRAINT, SMOOTHING], "kernel_constraint, label_smoothing"),
        ([], "it has nothing of the kind"),
    ],
)
def test_a_name_that_the_model_does_not_have_is_an_error(found, there):
    assert refusal(found, ["use_ema"], [], OFFERED) == (
        f"--ignore must name what the model has and cnncalc doesn't calculate: {there}. "
        "Received: use_ema"
    )
