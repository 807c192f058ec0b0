"""Rules of losses and penalties: the trainer's own numbers, and the formulas of a workbook."""

import numpy as np
import pytest

from cnncalc.layers import L1, L1L2, L2, Dense
from cnncalc.network import assemble
from cnncalc.ops.activations import sigmoid
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.losses import (
    JOINED_SLOPE,
    LOG_LIKELIHOOD,
    LOSSES,
    TURNED_LOGIT,
    loss_rule,
    penalty,
    penalty_slope,
    penalty_slope_words,
)
from cnncalc.rules.slopes import derivative
from cnncalc.rules.spelling import template, words
from cnncalc.training import losses as training
from cnncalc.training import regularization

RNG = np.random.default_rng(6)
LOGITS = np.concatenate([RNG.normal(0, 3, (20, 4)), [[800.0, -800.0, 0.0, 1.0]]])
ONE_HOT = np.eye(4)[RNG.integers(0, 4, 21)]
SHARES = RNG.dirichlet(np.ones(4), 21)
KINK = "IF({weight}>0.000000000001,%s,IF({weight}<-0.000000000001,-%s,0))"
WEIGHTS = np.concatenate([[0.0, -0.0, 1e-13, 1e-9], np.random.default_rng(5).normal(size=20)])
TEMPLATES = {
    L1(0.02): ("0.02*ABS({weight})", KINK % ("0.02", "0.02")),
    L2(0.1): ("0.1*{weight}*{weight}", "0.2*{weight}"),
    L1L2(0.02, 0.1): (
        "0.02*ABS({weight})+0.1*{weight}*{weight}",
        KINK % ("0.02", "0.02") + "+0.2*{weight}",
    ),
    L2(0.0): ("0*{weight}", "0*{weight}"),
    L1L2(): ("0*{weight}", "0*{weight}"),
}


def test_the_squared_error():
    expected = training.mean_squared_error(ONE_HOT, LOGITS)
    values, rule = {"output": LOGITS, "target": ONE_HOT}, loss_rule("mean_squared_error")
    assert evaluate(rule.unit, values).mean(axis=-1).tolist() == expected.losses.tolist()
    assert (evaluate(rule.slope, values) / 4).tolist() == expected.gradient.tolist()
    assert template(rule.unit) == "({output}-{target})*({output}-{target})"
    assert template(rule.slope) == "2*({output}-{target})"


def test_the_binary_cross_entropy_of_shares():
    expected = training.binary_crossentropy(ONE_HOT, SHARES)
    values, rule = {"output": SHARES, "target": ONE_HOT}, loss_rule("binary_crossentropy")
    np.testing.assert_allclose(evaluate(rule.unit, values).mean(axis=-1), expected.losses)
    assert (evaluate(rule.slope, values) / 4).tolist() == expected.gradient.tolist()
    derived = derivative(rule.unit, "output")
    np.testing.assert_allclose(evaluate(derived, values), evaluate(rule.slope, values))


def test_the_binary_cross_entropy_of_logits():
    expected = training.binary_crossentropy(ONE_HOT, LOGITS, from_logits=True)
    turned = evaluate(TURNED_LOGIT, {"logit": LOGITS, "target": ONE_HOT})
    losses = evaluate(loss_rule("binary_crossentropy").from_logits, {"turned": turned})
    np.testing.assert_allclose(losses.mean(axis=-1), expected.losses, rtol=1e-14)
    outputs = sigmoid(LOGITS)
    slope = evaluate(JOINED_SLOPE, {"output": outputs, "target": ONE_HOT}) / 4
    np.testing.assert_allclose(slope, expected.gradient, rtol=1e-12, atol=1e-16)
    assert template(TURNED_LOGIT) == "IF({target}=1,-{logit},{logit})"


def test_the_categorical_cross_entropy_of_shares():
    outputs = SHARES * RNG.uniform(0.5, 2, (21, 1))
    expected = training.categorical_crossentropy(ONE_HOT, outputs)
    rule, sums = loss_rule("categorical_crossentropy"), outputs.sum(axis=-1, keepdims=True)
    right = (outputs / sums)[ONE_HOT == 1]
    np.testing.assert_allclose(evaluate(rule.unit, {"output": right}), expected.losses)
    slope = evaluate(rule.slope, {"sum": sums, "target": ONE_HOT, "output": outputs})
    np.testing.assert_allclose(slope, expected.gradient, rtol=1e-12)


def test_the_categorical_cross_entropy_of_logits():
    expected = training.categorical_crossentropy(ONE_HOT, LOGITS, from_logits=True)
    largest = LOGITS.max(axis=-1)
    exponentials = np.exp(LOGITS - largest[:, np.newaxis])
    total = exponentials.sum(axis=-1)
    values = {"total": total, "logit": LOGITS[ONE_HOT == 1], "largest": largest}
    rule = loss_rule("categorical_crossentropy")
    np.testing.assert_allclose(evaluate(rule.from_logits, values), expected.losses, rtol=1e-14)
    shares = {"output": exponentials / total[:, np.newaxis], "target": ONE_HOT}
    assert evaluate(JOINED_SLOPE, shares).tolist() == expected.gradient.tolist()
    cells = {"total": "A1", "logit": "SUMPRODUCT(A2:A5,B2:B5)", "largest": "A6"}
    assert template(rule.from_logits, cells) == "LN(A1)-(SUMPRODUCT(A2:A5,B2:B5)-A6)"


def test_losses_are_said_with_their_numbers():
    numbers = {"output": "0.25", "target": "1", "sum": "0.5"}
    assert words(LOG_LIKELIHOOD.otherwise, numbers) == "ln(1 − 0.25)"
    assert words(loss_rule("categorical_crossentropy").unit, numbers) == "−ln(0.25)"
    said = words(loss_rule("binary_crossentropy").slope, numbers)
    assert said == "(1 − 1) / (1 − 0.25) − 1 / 0.25"


def test_every_loss_has_a_rule_and_another_raises():
    assert set(LOSSES) == set(training.LOSSES)
    for name, rule in LOSSES.items():
        assert (rule.from_logits is None) == (training.LOSSES[name].activation is None)
    with pytest.raises(KeyError, match="hinge"):
        loss_rule("hinge")


@pytest.mark.parametrize("regularizer", TEMPLATES, ids=str)
def test_penalties_and_their_gradients_are_those_of_the_trainer(regularizer):
    layer = Dense(1, use_bias=False, kernel_regularizer=regularizer)
    network = assemble([layer], (len(WEIGHTS),), [{"kernel": WEIGHTS[:, np.newaxis]}])
    penalties = evaluate(penalty(regularizer), {"weight": WEIGHTS})
    assert penalties.sum() == pytest.approx(regularization.penalty(network), rel=1e-14)
    gradients = [{"kernel": np.zeros((len(WEIGHTS), 1))}]
    regularization.add_penalty_gradients(network, gradients, near=True)
    found = evaluate(penalty_slope(regularizer), {"weight": WEIGHTS})
    assert found.tolist() == gradients[0]["kernel"][:, 0].tolist()


@pytest.mark.parametrize("regularizer", TEMPLATES, ids=str)
def test_formulas_of_penalties_are_those_of_the_workbook(regularizer):
    expected = TEMPLATES[regularizer]
    assert (template(penalty(regularizer)), template(penalty_slope(regularizer))) == expected


def test_words_of_penalties():
    both = L1L2(0.02, 0.1)
    assert words(penalty(both)) == "0.02 × |weight| + 0.1 × weight²"
    assert penalty_slope_words(both) == ["0.02 × sign of the weight", "0.2 × weight"]
    assert penalty_slope_words(L1L2()) == []
