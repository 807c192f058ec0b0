"""Penalties on weights: rules against the trainer's arithmetic, and as formulas."""

import numpy as np
import pytest

from cnncalc.layers import L1, L1L2, L2, Dense
from cnncalc.network import assemble
from cnncalc.rules.formula import evaluate
from cnncalc.rules.regularizers import penalty, penalty_slope, penalty_slope_words
from cnncalc.rules.spelling import template, words
from cnncalc.training import regularization

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
def test_formulas_are_those_of_the_workbook(regularizer):
    expected = TEMPLATES[regularizer]
    assert (template(penalty(regularizer)), template(penalty_slope(regularizer))) == expected


def test_words():
    both = L1L2(0.02, 0.1)
    assert words(penalty(both)) == "0.02 × |weight| + 0.1 × weight²"
    assert penalty_slope_words(both) == ["0.02 × sign of the weight", "0.2 × weight"]
    assert penalty_slope_words(L1L2()) == []
