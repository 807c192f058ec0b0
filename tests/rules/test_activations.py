"""Each activation's rule against its own arithmetic, and as a workbook's formulas."""

import numpy as np
import pytest

from cnncalc.layers import (
    ACTIVATIONS as NAMES,
)
from cnncalc.layers import ELU, Activation, ActivationLayer, LeakyReLU, ReLU, Softmax
from cnncalc.network import Saved, at_kinks, backward_layer, forward_layer
from cnncalc.ops import activations as ops
from cnncalc.rules.activations import (
    ACTIVATIONS,
    SOFTMAX_EXPONENTIAL,
    SOFTMAX_PASSED_BACK,
    SOFTMAX_SHARE,
    activation_rule,
    rule_of,
)
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.slopes import derivative
from cnncalc.rules.spelling import template
from tests.rules.calculated import calculated

ABOVE_0, BELOW_0 = "0.000000000001", "-0.000000000001"
CELLS = {"x": "{x}", "y": "{y}", "error": "{e}"}

# Of each activation: the formula of its output, and that of the error passed back.
TEMPLATES = {
    "linear": ("{x}", "{e}"),
    "relu": ("MAX(0,{x})", f"IF({{y}}>{ABOVE_0},{{e}},0)"),
    "relu6": (
        "MIN(MAX(0,{x}),6)",
        f"IF({{y}}>{ABOVE_0},IF({{y}}>=5.999999999994,0,{{e}}),0)",
    ),
    "leaky_relu": ("IF({x}>0,{x},0.2*{x})", f"IF({{y}}>{ABOVE_0},{{e}},0.2*{{e}})"),
    "sigmoid": ("IF({x}>=0,1/(1+EXP(-{x})),EXP({x})/(1+EXP({x})))", "{e}*{y}*(1-{y})"),
    "tanh": ("TANH({x})", "{e}*(1-{y}*{y})"),
    "elu": ("IF({x}>0,{x},TANH({x}/2)*(EXP({x})+1))", "IF({y}>0,{e},{e}*({y}+1))"),
    "softplus": (
        "IF({x}>0,{x}+LN(1+EXP(-{x})),"
        "IF(EXP({x})<0.000000000001,EXP({x}),EXP({x})*LN(1+EXP({x}))/(1+EXP({x})-1)))",
        "{e}*IF({x}>=0,1/(1+EXP(-{x})),EXP({x})/(1+EXP({x})))",
    ),
}
LAYERS = {
    LeakyReLU(0.25): ("IF({x}>0,{x},0.25*{x})", f"IF({{x}}>{ABOVE_0},{{e}},0.25*{{e}})"),
    LeakyReLU(0.0): ("IF({x}>0,{x},0*{x})", f"IF({{x}}>{ABOVE_0},{{e}},0)"),
    ELU(1.0): (
        "IF({x}>0,{x},1*TANH({x}/2)*(EXP({x})+1))",
        f"IF({{x}}>{ABOVE_0},{{e}},{{e}}*1*EXP(MIN(0,{{x}})))",
    ),
    ELU(0.7): (
        "IF({x}>0,{x},0.7*TANH({x}/2)*(EXP({x})+1))",
        f"IF({{x}}>{ABOVE_0},{{e}},{{e}}*0.7*EXP(MIN(0,{{x}})))",
    ),
    ReLU(): ("MAX(0,{x})", f"IF({{x}}>{ABOVE_0},{{e}},0)"),
    ReLU(negative_slope=0.2): (
        "IF({x}>0,{x},0.2*{x})",
        f"IF({{x}}>{ABOVE_0},{{e}},0.2*{{e}})",
    ),
    ReLU(max_value=6): (
        "IF({x}>0,MIN({x},6),0)",
        f"IF({{x}}>{ABOVE_0},IF({{x}}>=5.999999999994,0,{{e}}),0)",
    ),
    ReLU(max_value=2): (
        "IF({x}>0,MIN({x},2),0)",
        f"IF({{x}}>{ABOVE_0},IF({{x}}>2.000000000002,0,{{e}}),0)",
    ),
    ReLU(6, 0.1): (
        "IF({x}>0,MIN({x},6),0.1*{x})",
        f"IF({{x}}>{ABOVE_0},IF({{x}}>=5.999999999994,0,{{e}}),IF({{x}}<{BELOW_0},0.1*{{e}},0))",
    ),
    ReLU(threshold=0.5): (
        "IF({x}>0.500000000001,{x},0)",
        "IF({x}>0.500000000001,{e},0)",
    ),
    ReLU(1.5, 0.1, 0.5): (
        "IF({x}>0.500000000001,MIN({x},1.5),0.1*MIN(0,{x}-0.5))",
        "IF({x}>0.500000000001,IF({x}>1.5000000000015,0,{e}),IF({x}<0.499999999999,0.1*{e},0))",
    ),
    ReLU(6, 0, 2): (
        "IF({x}>2.000000000002,MIN({x},6),0)",
        "IF({x}>2.000000000002,IF({x}>6.000000000006,0,{e}),0)",
    ),
}
NUMBERS = np.concatenate(
    [
        [-1000.0, -750.0, -40.0, -1e-9, -0.0, 0.0, 1e-9, 0.5, 1.5, 2.0, 6.0, 40.0, 750.0, 1000.0],
        np.random.default_rng(8).normal(size=50),
    ]
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_formulas_of_activations_are_those_of_the_workbook(name):
    rule = ACTIVATIONS[name]
    assert (template(rule.output, CELLS), template(rule.passed_back, CELLS)) == TEMPLATES[name]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_formulas_of_layers_are_those_of_the_workbook(layer):
    rule = activation_rule(layer)
    output, passed_back = LAYERS[layer]
    assert template(rule.output, CELLS) == output
    assert template(rule.passed_back, CELLS) == passed_back


@pytest.mark.parametrize("name", TEMPLATES)
def test_outputs_and_slopes_of_activations_are_those_of_the_arithmetic(name):
    rule, error = ACTIVATIONS[name], np.random.default_rng(9).normal(size=NUMBERS.shape)
    outputs = ops.ACTIVATIONS[name].forward(NUMBERS)
    assert evaluate(rule.output, {"x": NUMBERS}).tolist() == outputs.tolist()
    expected = ops.ACTIVATIONS[name].backward(error, outputs)
    found = evaluate(rule.passed_back, {"x": NUMBERS, "y": outputs, "error": error})
    # Softplus's slope is worked out from its input here, which keeps more digits.
    np.testing.assert_allclose(found, expected, rtol=1e-14 if name != "softplus" else 1e-12)


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_outputs_and_slopes_of_layers_are_those_of_the_arithmetic(layer):
    rule, error = activation_rule(layer), np.random.default_rng(9).normal(size=NUMBERS.shape)
    outputs = forward_layer(layer, {}, NUMBERS)
    assert evaluate(rule.output, {"x": NUMBERS}).tolist() == outputs.tolist()
    saved = at_kinks(layer, Saved(NUMBERS, outputs))
    expected = backward_layer(layer, {}, saved, error, to_input=True).input
    found = evaluate(rule.passed_back, {"x": NUMBERS, "y": outputs, "error": error})
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("rule", [*ACTIVATIONS.values(), *map(activation_rule, LAYERS)])
def test_slopes_that_are_said_are_those_that_are_derived(rule):
    values = {"x": np.random.default_rng(8).normal(0, 3, 200)}
    values["y"] = evaluate(rule.output, values)
    derived, said = evaluate(derivative(rule.output, "x"), values), evaluate(rule.slope, values)
    np.testing.assert_allclose(
        np.broadcast_to(said, 200), np.broadcast_to(derived, 200), atol=1e-14
    )


@pytest.mark.parametrize("rule", [*ACTIVATIONS.values(), *map(activation_rule, LAYERS)])
def test_formulas_come_to_the_same_numbers(rule):
    for x in (-3.0, -0.25, 0.0, 0.5, 1.0, 1.5, 2.0, 4.0, 6.0, 9.0):
        y = float(evaluate(rule.output, {"x": x}))
        assert calculated(template(rule.output), x=x) == pytest.approx(y, rel=1e-14)
        passed = evaluate(rule.passed_back, {"x": x, "y": y, "error": 3.0})
        found = calculated(template(rule.passed_back), x=x, y=y, error=3.0)
        assert found == pytest.approx(float(passed), rel=1e-14)


def test_softmax_is_made_of_its_steps():
    x = np.array([1000.0, 999.0, -1000.0])
    exponentials = evaluate(SOFTMAX_EXPONENTIAL, {"x": x, "largest": x.max()})
    total = exponentials.sum()
    shares = evaluate(SOFTMAX_SHARE, {"exponential": exponentials, "total": total})
    assert shares.tolist() == ops.softmax(x).tolist()
    error = np.array([0.5, -2.0, 3.0])
    found = evaluate(
        SOFTMAX_PASSED_BACK, {"error": error, "y": shares, "total": (error * shares).sum()}
    )
    assert found.tolist() == ops.softmax_gradient(error, shares).tolist()
    assert template(SOFTMAX_PASSED_BACK, CELLS) == "{y}*({e}-{total})"


def test_every_activation_has_a_rule_and_softmax_steps():
    assert {*ACTIVATIONS, "softmax"} == set(NAMES)
    assert set(TEMPLATES) == set(ACTIVATIONS)
    for name in ACTIVATIONS:
        assert activation_rule(Activation(name)) is ACTIVATIONS[name]


@pytest.mark.parametrize("layer", [Softmax(), Activation("softmax"), ActivationLayer()])
def test_what_has_no_rule_raises(layer):
    with pytest.raises(TypeError, match=type(layer).__name__):
        activation_rule(layer)


def test_every_kind_of_layer_has_a_rule():
    kinds = {
        kind for kind in ActivationLayer.__subclasses__() if kind.__module__ == ReLU.__module__
    }
    assert {type(layer) for layer in LAYERS} == kinds - {Activation, Softmax}


@pytest.mark.parametrize(
    "layer",
    [
        *(Activation(name) for name in ACTIVATIONS),
        *(ReLU(), ReLU(negative_slope=0.1), LeakyReLU(), LeakyReLU(0), ELU()),
    ],
    ids=str,
)
def test_a_function_turns_off_where_it_puts_out_0_and_lets_nothing_pass(layer):
    numbers = np.array([-9.0, -0.5])
    outputs = forward_layer(layer, {}, numbers)
    saved, ones = Saved(numbers, outputs), np.ones(2)
    slopes = backward_layer(layer, {}, saved, ones, to_input=True).input
    assert rule_of(layer).turns_off == (not outputs.any() and not slopes.any())


def test_softmax_has_no_rule_of_one_number():
    assert rule_of(Softmax()) is None
