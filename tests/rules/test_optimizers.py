"""Each optimizer's rules against its arithmetic, to the last bit, and as a workbook's formulas."""

import numpy as np
import pytest

from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.optimizers import (
    CORRECTED_RATE,
    DECAYED,
    new,
    old,
    rate_correction,
    update_rules,
)
from cnncalc.rules.spelling import template, words
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.training.optimizer_step import apply, initial_state
from cnncalc.training.optimizers import OPTIMIZERS, Optimizer

DECAY = "({weight}-{weight}*{weight_decay}*{learning_rate})"
STEP = "{gradient}*{learning_rate}"
VELOCITY = "{old_velocity}*{rho}+(1-{rho})*({gradient}*{gradient})"
AVERAGE = "{old_average_gradient}*{rho}+(1-{rho})*{gradient}"
SCALED = "{learning_rate}*{gradient}/SQRT({new_velocity}+{epsilon})"
CENTERED = (
    "{learning_rate}*{gradient}/"
    "SQRT({new_velocity}-{new_average_gradient}*{new_average_gradient}+{epsilon})"
)
MOMENTS = {
    "momentum": "{old_momentum}+({gradient}-{old_momentum})*(1-{beta_1})",
    "velocity": "{old_velocity}+({gradient}*{gradient}-{old_velocity})*(1-{beta_2})",
}
HAT = {"velocity_hat": "MAX({old_velocity_hat},{new_velocity})"}
FALL = "{new_momentum}*{corrected_rate}/(SQRT({new_velocity})+{epsilon})"
HAT_FALL = FALL.replace("velocity", "velocity_hat")

# Each optimizer with the formulas that a workbook holds.
TEMPLATES = {
    "SGD(0.3)": {"weight": f"{{weight}}-{STEP}"},
    "SGD(0.3, weight_decay=0.1)": {"weight": f"{DECAY}-{STEP}"},
    "SGD(0.3, weight_decay=0.0)": {"weight": f"{DECAY}-{STEP}"},
    "SGD(0.2, momentum=0.8)": {
        "momentum": f"{{old_momentum}}*{{momentum}}-{STEP}",
        "weight": "{weight}+{new_momentum}",
    },
    "SGD(0.2, momentum=1.0, weight_decay=0.3)": {
        "momentum": f"{{old_momentum}}*{{momentum}}-{STEP}",
        "weight": f"{DECAY}+{{new_momentum}}",
    },
    "SGD(0.2, momentum=0.7, nesterov=True)": {
        "momentum": f"{{old_momentum}}*{{momentum}}-{STEP}",
        "weight": f"{{weight}}+{{new_momentum}}*{{momentum}}-{STEP}",
    },
    "SGD(0.2, nesterov=True)": {"weight": f"{{weight}}-{STEP}"},
    "SGD(0.2, momentum=0.7, nesterov=True, weight_decay=0.05)": {
        "momentum": f"{{old_momentum}}*{{momentum}}-{STEP}",
        "weight": f"{DECAY}+{{new_momentum}}*{{momentum}}-{STEP}",
    },
    "RMSprop(0.05)": {"velocity": VELOCITY, "weight": f"{{weight}}-{SCALED}"},
    "RMSprop(0.05, rho=0.5, epsilon=0.1)": {
        "velocity": VELOCITY,
        "weight": f"{{weight}}-{SCALED}",
    },
    "RMSprop(0.05, weight_decay=0.1)": {"velocity": VELOCITY, "weight": f"{DECAY}-{SCALED}"},
    "RMSprop(0.05, centered=True)": {
        "velocity": VELOCITY,
        "average_gradient": AVERAGE,
        "weight": f"{{weight}}-{CENTERED}",
    },
    "RMSprop(0.05, centered=True, weight_decay=0.2)": {
        "velocity": VELOCITY,
        "average_gradient": AVERAGE,
        "weight": f"{DECAY}-{CENTERED}",
    },
    "RMSprop(0.03, momentum=0.5)": {
        "velocity": VELOCITY,
        "momentum": f"{{old_momentum}}*{{momentum}}+{SCALED}",
        "weight": "{weight}-{new_momentum}",
    },
    "RMSprop(0.03, momentum=0.5, weight_decay=0.2)": {
        "velocity": VELOCITY,
        "momentum": f"{{old_momentum}}*{{momentum}}+{SCALED}",
        "weight": f"{DECAY}-{{new_momentum}}",
    },
    "RMSprop(0.03, momentum=0.5, centered=True)": {
        "velocity": VELOCITY,
        "average_gradient": AVERAGE,
        "momentum": f"{{old_momentum}}*{{momentum}}+{CENTERED}",
        "weight": "{weight}-{new_momentum}",
    },
    "Adam(0.05)": MOMENTS | {"weight": f"{{weight}}-{FALL}"},
    "Adam(0.02, beta_1=0.8, beta_2=0.9, epsilon=0.001)": MOMENTS | {"weight": f"{{weight}}-{FALL}"},
    "Adam(0.02, beta_1=0.0)": MOMENTS | {"weight": f"{{weight}}-{FALL}"},
    "Adam(0.02, amsgrad=True)": MOMENTS | HAT | {"weight": f"{{weight}}-{HAT_FALL}"},
    "Adam(0.02, amsgrad=True, beta_2=0.5)": MOMENTS | HAT | {"weight": f"{{weight}}-{HAT_FALL}"},
    "Adam(0.02, weight_decay=0.1)": MOMENTS | {"weight": f"{DECAY}-{FALL}"},
    "AdamW(0.05)": MOMENTS | {"weight": f"{DECAY}-{FALL}"},
    "AdamW(0.05, weight_decay=0.1, amsgrad=True)": MOMENTS
    | HAT
    | {"weight": f"{DECAY}-{HAT_FALL}"},
}


def constants(optimizer):
    """What the rules need besides a weight's own numbers."""
    values = {name: value for name, value in vars(optimizer).items() if value is not None}
    return {name: value for name, value in values.items() if isinstance(value, float | int)}


def worked_out(optimizer, weight, gradient, slots, step):
    """The weight after a step, and what is remembered of it, by the rules alone."""
    values = constants(optimizer) | {"weight": weight, "gradient": gradient, "step": step}
    values |= {old(slot).name: array for slot, array in slots.items()}
    correction = rate_correction(optimizer)
    if correction is not None:
        values[CORRECTED_RATE.name] = evaluate(correction.expression, values)
    results = {}
    for rule in update_rules(optimizer):
        place = rule.result if rule.result == DECAYED.name else new(rule.result).name
        results[rule.result] = values[place] = evaluate(rule.expression, values)
    results.pop(DECAYED.name, None)
    return results.pop("weight"), results


@pytest.mark.parametrize("text", TEMPLATES)
def test_rules_and_arithmetic_agree_to_the_last_bit(text):
    optimizer, rng = parse_optimizer(text), np.random.default_rng(4)
    weights = [rng.normal(size=(3, 4))]
    weight, state = weights[0].copy(), initial_state(optimizer, weights)
    slots = {name: array.copy() for name, array in state.slots[0].items()}
    for step in range(1, 8):
        gradient = rng.normal(size=(3, 4)) * 10.0 ** rng.integers(-9, 3)
        apply(optimizer, state, weights, [gradient])
        weight, slots = worked_out(optimizer, weight, gradient, slots, step)
        assert weight.tolist() == weights[0].tolist()
        assert (
            list(slots) == [rule.result for rule in update_rules(optimizer)][-1 - len(slots) : -1]
        )
        assert {name: slot.tolist() for name, slot in slots.items()} == {
            name: slot.tolist() for name, slot in state.slots[0].items()
        }


@pytest.mark.parametrize(("text", "expected"), TEMPLATES.items())
def test_formulas_are_those_of_the_workbook(text, expected):
    rules = {rule.result: rule.expression for rule in update_rules(parse_optimizer(text))}
    decayed = rules.pop(DECAYED.name, None)
    cells = {} if decayed is None else {DECAYED.name: f"({template(decayed)})"}
    assert {name: template(own, cells) for name, own in rules.items()} == expected
    assert list(rules) == list(expected)


def test_the_corrected_rate_is_a_formula_too():
    correction = rate_correction(parse_optimizer("adamw"))
    expected = "{learning_rate}*SQRT(1-{beta_2}^3)/(1-{beta_1}^3)"
    assert template(correction.expression, {"step": "3"}) == expected
    assert rate_correction(parse_optimizer("rmsprop")) is None


def test_words_say_the_constant_before_what_it_multiplies():
    rules = update_rules(parse_optimizer("RMSprop(momentum=0.5, centered=True)"))
    assert [words(rule.expression) for rule in rules] == [
        "rho × old_velocity + (1 − rho) × gradient²",
        "rho × old_average_gradient + (1 − rho) × gradient",
        "momentum × old_momentum + learning_rate × gradient / "
        "√(new_velocity − new_average_gradient² + epsilon)",
        "weight − new_momentum",
    ]


def test_every_optimizer_has_rules_and_another_raises():
    tested = {type(parse_optimizer(text)) for text in TEMPLATES}
    assert tested == set(OPTIMIZERS.values())
    with pytest.raises(TypeError, match="Optimizer"):
        update_rules(Optimizer(learning_rate=0.1))
