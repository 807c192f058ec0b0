"""Expressions: what they come to, their slopes, and kinds that nobody knows."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.rules import functions
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import (
    Expression,
    Function,
    Name,
    Number,
    choose,
    constant,
    equal,
    names_of,
    near,
    put,
)
from cnncalc.rules.functions import absolute, exp, log, maximum, minimum, negated, root, softplus
from cnncalc.rules.slopes import derivative, times
from cnncalc.rules.spelling import template, words
from tests.rules.calculated import calculated

X, Y = Name("x"), Name("y")
FUNCTIONS = [value for value in vars(functions).values() if isinstance(value, Function)]


@dataclass(frozen=True)
class Unknown(Expression):
    """A kind that no writer knows."""


@pytest.mark.parametrize(
    "used", [Unknown(), X + Unknown(), root(Unknown()), choose(X > 0, Unknown(), 1)]
)
def test_an_unknown_kind_raises_everywhere(used):
    for what in (
        lambda: evaluate(used, {"x": 1.0}),
        lambda: words(used),
        lambda: template(used),
        lambda: derivative(used, "x"),
        lambda: names_of(used),
        lambda: put(used, {}),
    ):
        with pytest.raises(TypeError, match="Unknown"):
            what()


def test_a_name_without_a_value_raises():
    with pytest.raises(KeyError, match="y"):
        evaluate(X + Y, {"x": 1.0})


def test_an_exponent_has_no_slope_here():
    with pytest.raises(TypeError, match=r"\^"):
        derivative(Y**X, "x")


@pytest.mark.parametrize("condition", [X > Y, equal(X, 0)])
def test_only_a_place_on_the_number_line_has_neighbours(condition):
    with pytest.raises(TypeError, match="number line"):
        template(choose(near(condition), 1, 0))


def test_every_function_is_tested():
    assert {function.name for function in FUNCTIONS} == set(functions.__all__)


# Expressions of x that are defined on all of the line, and smooth or almost so.
leaves = st.sampled_from([X, X, Number(0.5), Number(-2), Number(3)])
smooth = [functions.tanh, functions.sigmoid, functions.softplus, negated]


def joined(inner):
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] / (p[1] * p[1] + 1)),
        pairs.map(lambda p: maximum(*p)),
        pairs.map(lambda p: minimum(*p)),
        pairs.map(lambda p: choose(p[0] > 0.25, p[0], p[1] * p[1])),
        st.tuples(st.sampled_from(smooth), inner).map(lambda p: p[0](p[1])),
        inner.map(lambda e: root(e * e + 1)),
        inner.map(lambda e: log(e**2 + 1)),
        inner.map(lambda e: exp(negated(absolute(e)))),
        inner.map(lambda e: functions.exp_minus_1(minimum(0, e))),
        inner.map(lambda e: (e**2 + 1) ** 3),
    )


expressions = st.recursive(leaves, joined, max_leaves=6)


@given(expressions, st.floats(-2, 2))
def test_a_slope_is_that_of_a_short_secant(expression, x):
    width = 1e-6
    left, middle, right = (
        float(evaluate(expression, {"x": at})) for at in (x - width, x, x + width)
    )
    backward, forward = (middle - left) / width, (right - middle) / width
    size = max(1, abs(left), abs(middle), abs(right), abs(backward))
    if abs(forward - backward) > 1e-3 * size:
        return  # a kink, or a jump, or steeper than a secant tells
    slope = float(evaluate(derivative(expression, "x"), {"x": x}))
    assert slope == pytest.approx((forward + backward) / 2, abs=3e-3 * size)


@given(expressions, st.floats(-2, 2))
def test_a_template_comes_to_the_same(expression, x):
    for used in (expression, derivative(expression, "x")):
        value = float(evaluate(used, {"x": x}))
        assert calculated(template(used), x=x) == pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("expression", "slope", "at_0"),
    [
        (maximum(0, X), choose(near(X > 0), 1, 0), 0),
        (absolute(X), choose(near(X > 0), 1, choose(near(X < 0), -1, 0)), 0),
        (minimum(X, 0), choose(near(X > 0), 0, 1), 1),
        (choose(X > 0, X, 0.2 * X), choose(near(X > 0), 1, 0.2), 0.2),
        (choose(X > 0, X, X), Number(1), 1),
    ],
)
def test_at_a_kink_the_slope_is_what_is_said(expression, slope, at_0):
    assert derivative(expression, "x") == slope
    for x in (0.0, 1e-13, -1e-13, -0.0):
        assert evaluate(slope, {"x": x}) == at_0


def test_of_a_tie_the_first_has_the_slope():
    for joint in (maximum, minimum):
        slopes = [
            float(evaluate(derivative(joint(X, Y), name), {"x": 3.0, "y": 3.0})) for name in "xy"
        ]
        assert slopes == [1, 0]


@pytest.mark.parametrize(
    ("expression", "slope"),
    [
        ((X - Y) ** 2, 2 * (X - Y)),
        (0.25 * X * X, 0.5 * X),
        (Y * X / 3, Y / 3),
        (Number(2) - X, Number(-1)),
        (softplus(X), functions.sigmoid(X)),
        (Y / 3, Number(0)),
    ],
)
def test_slopes_are_written_shortly(expression, slope):
    assert derivative(expression, "x") == slope


def test_a_product_is_written_shortly():
    assert times(X, Number(0)) == Number(0)
    assert times(X, Number(1)) == X
    assert times(Number(2), 3 * X) == 6 * X
    assert times(X, Y * (1 - Y)) == X * Y * (1 - Y)


def test_what_a_choice_leaves_aside_may_overflow():
    values = np.array([-1000.0, 1000.0])
    chosen = choose(X > 0, X, exp(X) - 1)
    assert evaluate(chosen, {"x": values}).tolist() == [-1, 1000]


def test_names_can_be_replaced():
    asked = choose(near(X > 0), root(X), Y)
    assert put(asked, {"x": Y, "y": 2.0}) == choose(near(Y > 0), root(Y), 2)
    assert names_of(asked) == ("x", "y")


@pytest.mark.parametrize(
    ("expression", "said", "formula"),
    [
        (X - (Y - 1), "x − (y − 1)", "{x}-({y}-1)"),
        (X + (Y - 1), "x + y − 1", "{x}+{y}-1"),
        (X / (Y * 2), "x / (y × 2)", "{x}/({y}*2)"),
        (X / Y * 2, "x / y × 2", "{x}/{y}*2"),
        (X * (Y / 2), "x × (y / 2)", "{x}*({y}/2)"),
        ((X - 1) * (X - 1), "(x − 1)²", "({x}-1)*({x}-1)"),
        (0.1 * X * X, "0.1 × x²", "0.1*{x}*{x}"),
        ((1 - Y) * X**2, "(1 − y) × x²", "(1-{y})*({x}*{x})"),
        (X * X * X, "x³", "{x}*{x}*{x}"),
        (1 - Y ** Name("n"), "1 − y^n", "1-{y}^{n}"),
        ((X + 1) ** Number(0.5), "(x + 1)^0.5", "({x}+1)^0.5"),
        (root(X) + root(X + 1), "√x + √(x + 1)", "SQRT({x})+SQRT({x}+1)"),
        (exp(X - 1) / exp(Y), "e^(x − 1) / e^y", "EXP({x}-1)/EXP({y})"),
        (negated(log(1 - X)), "−ln(1 − x)", "-LN(1-{x})"),
        (X - negated(Y), "x − (−y)", "{x}-(-{y})"),
        (Number(-2) * X, "(−2) × x", "-2*{x}"),
        (maximum(X + 1, Y), "max(x + 1, y)", "MAX({x}+1,{y})"),
        (0.5 * absolute(X - 1), "0.5 × |x − 1|", "0.5*ABS({x}-1)"),
        (choose(X >= 1, X, 2 * X), "x where x >= 1, else 2 × x", "IF({x}>=1,{x},2*{x})"),
        (choose(near(X >= 6), X, 0), "x where x >= 6, else 0", "IF({x}>=5.999999999994,{x},0)"),
        (choose(equal(X, 1), X, 0) / 2, "(x where x = 1, else 0) / 2", "IF({x}=1,{x},0)/2"),
        (X * constant("rate"), "rate × x", "{x}*{rate}"),
        (X * Y * constant("rate"), "x × y × rate", "{x}*{y}*{rate}"),
        ((X + 1) * constant("rate"), "(x + 1) × rate", "({x}+1)*{rate}"),
        (
            functions.exp_minus_1(X + 1),
            "e^(x + 1) − 1",
            "TANH(({x}+1)/2)*(EXP(({x}+1))+1)",
        ),
    ],
)
def test_what_is_written_keeps_the_order_of_calculation(expression, said, formula):
    assert words(expression) == said
    assert template(expression) == formula


def test_a_negative_number_has_parentheses_where_it_needs_them():
    numbers = {"x": "(−1)", "y": "(−2)"}
    assert words(X - Y * X, numbers, "×") == "(−1) − (−2)×(−1)"
    assert words(X**2, numbers) == "(−1)²"
    assert words(log(X) + maximum(X, Y), numbers) == "ln(−1) + max(−1, −2)"
    assert words(log(X - Y), numbers) == "ln((−1) − (−2))"
