import pytest

from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training_step import record_steps
from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.training_step import StepContext, render_step
from tests.training_step.examples import NETWORKS, batches, small_network
from tests.views.terminal.rendering import printed
from tests.views.terminal.written import equations, worked_out


def a_record(name="article", size=3, loss="categorical_crossentropy", **options):
    optimizer = Adam(learning_rate=0.01)
    return next(
        record_steps(small_network(name), LOSSES[loss], optimizer, batches(1, size), **options)
    )


def shown(record, width=100, context=None, **display):
    return printed(render_step(record, Display(**display), context or StepContext()), width)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_equation_of_a_step_is_true_as_it_is_printed(name):
    # Wide enough that no label stands on a line of its own.
    text = shown(a_record(name), 300, decimals=7)
    own = [each for each in equations(text) if "⌊" not in each and "height" not in each]
    rules = [each for each in own if not any(letter in each for letter in ("gradient)", "rate ×"))]
    checked = 0
    for equation in rules:
        try:
            number, value, sign = worked_out(equation)
        except (SyntaxError, NameError, TypeError):
            continue  # a formula in words
        checked += 1
        assert number == pytest.approx(value, rel=1e-4 if sign == "=" else 1e-2, abs=1e-7), equation
    assert checked >= 15


def test_forward_comes_before_the_loss_and_backward_before_the_update():
    text = shown(a_record())
    parts = ["→ Forward", "Loss · ", "← Backward", "← dense", "← conv2d", "Update · Adam"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "← rescaling" not in text


def test_samples_and_classes_have_their_names():
    names = StepContext("batch 2 of 9", ["cat", "dog"], ["a.jpg", "b.jpg", "c.jpg"])
    record = a_record()
    text = shown(record, context=names)
    assert text.startswith("Step 1 · batch 2 of 9 · 3 samples\n")
    class_name = ["cat", "dog"][record.labels[1]]
    assert f"→ Forward · sample 1, which is b.jpg · class {class_name}\n" in text


def test_a_long_batch_lists_twenty_losses_unless_all_are_asked_for():
    record = a_record(size=25)
    assert "… and 5 more; --full shows them all." in shown(record)
    assert "  24  " in shown(record, full=True)


def test_one_sample_has_no_mean_and_no_number():
    text = shown(a_record(size=1))
    assert text.startswith("Step 1 · 1 sample\n")
    assert "  mean loss\n" not in text
    assert " of sample 0" not in text


def test_a_penalty_is_part_of_the_loss():
    assert " from the regularizers  mean loss" in shown(a_record("regularized"), 200)


def test_small_numbers_keep_their_digits():
    network, loss = small_network(), LOSSES["mean_squared_error"]
    record = next(record_steps(network, loss, SGD(learning_rate=1.23456e-7), batches(1)))
    assert "1.235e−7×" in shown(record)


def test_letters_that_a_screen_lacks_are_spelt():
    record = a_record()
    text = printed(render_step(record, Display(), StepContext()), 100, encoding="ascii")
    assert "<- dense" in text
    assert "?" not in text
