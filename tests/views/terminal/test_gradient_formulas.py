"""What is printed as an equation is true: worked out again from its text."""

import numpy as np
import pytest

from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.views.terminal.equations import draw_equation
from cnncalc.views.terminal.gradient_formulas import draw_gradient_equation, gradient_place
from cnncalc.views.terminal.gradients import largest_position
from cnncalc.views.terminal.losses import loss_equation
from cnncalc.views.terminal.updates import draw_rate_equation, draw_update_equations
from tests.training_step.examples import batches, small_network
from tests.training_step.test_explaining import ALL, a_record, names_of
from tests.views.terminal.rendering import plain, screen
from tests.views.terminal.written import equations, worked_out

DIGITS = {"decimals": 6, "significant": True}


def lines(drawn):
    return "\n".join(plain(drawn))


def assert_true(equation, expected=None):
    """Hold an equation against itself, and its left side against the number that it is of."""
    number, value, sign = worked_out(equation)
    rounding = 1e-5 if sign == "=" else 1e-2
    assert number == pytest.approx(value, rel=rounding, abs=1e-9), equation
    if expected is not None:
        assert number == pytest.approx(expected, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ALL)
def test_the_equation_of_a_gradient_is_true_as_it_is_printed(name, loss):
    record = a_record(name, loss)
    for step, what, values in names_of(record):
        at = largest_position(values)
        sample, index = (0, at) if what in step.weights else (at[0], at[1:])
        explanation = explain_gradient(record, step.layer.name, what, index, sample)
        drawn = lines(draw_gradient_equation(explanation, screen(120, **DIGITS)))
        assert gradient_place(explanation) in drawn
        if explanation.rule != "flat":
            assert_true(equations(drawn)[0], explanation.value)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ["article", "overlapping maxima"])
def test_the_equation_of_a_loss_is_true_as_it_is_printed(name, loss):
    record = a_record(name, loss)
    for sample in range(3):
        drawn = draw_equation(loss_equation(record, sample, screen(120, **DIGITS)), screen(120))
        assert_true(equations(lines(drawn))[0], record.losses[sample])


def explained(name="article", at=(1, 1, 1, 0), weight="kernel", **options):
    record = a_record(name, **options)
    return explain_gradient(record, "conv2d", weight, at)


def test_all_terms_of_a_small_map_stand_in_rows_as_the_map_does():
    network, loss = small_network(), LOSSES["categorical_crossentropy"]
    record = next(record_steps(network, loss, SGD(), batches(1, size=1)))
    explanation = explain_gradient(record, "conv2d", "kernel", (1, 1, 1, 0))
    text = lines(draw_gradient_equation(explanation, screen(100, decimals=2), several=False))
    assert [row.count("×") for row in text.splitlines()] == [5, 5, 5, 5]
    assert text.endswith("  conv2d kernel (1, 1, 1, 0)")


def test_samples_that_are_not_recorded_are_named():
    text = lines(draw_gradient_equation(explained(samples=1), screen(100)))
    assert " from the samples not shown" in text


def test_many_terms_end_with_what_the_smaller_ones_add_up_to():
    text = lines(draw_gradient_equation(explained(), screen(120, **DIGITS), 5))
    assert text.count("×") == 5
    assert " smaller terms" in text
    assert text.endswith("more terms are 0")


def test_a_regularizer_and_zeros_of_the_padding_are_named():
    regularized = explained("regularized")
    assert " from the regularizer" in lines(draw_gradient_equation(regularized, screen(120)))
    padded = explained("same, strides, average", (2, 0, 0, 0))
    text = lines(draw_gradient_equation(padded, screen(120), 100))
    assert text.endswith("ᵖ a zero of the padding")


OPTIMIZERS = [
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.1, momentum=0.9),
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    RMSprop(learning_rate=0.01),
    RMSprop(learning_rate=0.01, momentum=0.5, centered=True),
    Adam(learning_rate=0.01, clipnorm=0.5),
    Adam(learning_rate=0.01, amsgrad=True),
    AdamW(learning_rate=0.01),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_the_equations_of_an_update_are_true_as_they_are_printed(optimizer):
    network, loss = small_network(), LOSSES["categorical_crossentropy"]
    *_, record = record_steps(network, loss, optimizer, batches())
    page = screen(120, **DIGITS)
    for update in record.updates:
        at = largest_position(update.gradient)
        drawn = equations(lines(draw_update_equations(record, update, at, page)))
        for equation in drawn:
            assert_true(equation)
        number, _, _ = worked_out(drawn[-1])
        assert number == pytest.approx(update.after[at], rel=1e-5)
    for equation in equations(lines(draw_rate_equation(record, page))):
        assert_true(equation, record.corrected_rate)


def test_a_clipped_gradient_says_what_it_was():
    network, loss = small_network(), LOSSES["categorical_crossentropy"]
    optimizer = SGD(learning_rate=0.1, clipvalue=0.001)
    record = next(record_steps(network, loss, optimizer, batches()))
    update = record.updates[-1]
    text = lines(draw_update_equations(record, update, (0,), screen(**DIGITS)))
    assert text.startswith(f"gradient {'−' if update.gradient[0] < 0 else ''}0.001, clipped from ")


def test_the_largest_number_is_the_first_of_several():
    assert largest_position(np.array([[0.0, -2.0], [2.0, 1.0]])) == (0, 1)
