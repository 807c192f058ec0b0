"""The set of workbooks takes everything that a workbook can be made of."""

from collections import Counter

import pytest

from cnncalc.layers import ACTIVATIONS
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import OPTIMIZERS
from tests.engines.workbook_set import made_workbooks
from tests.layer_examples import EXAMPLES

pytestmark = pytest.mark.engines


def specifications():
    return [spec for own in made_workbooks() for spec, _ in own.calculations]


def test_there_are_at_least_sixty_and_each_has_its_name():
    names = Counter(own.name for own in made_workbooks())
    assert len(names) >= 60
    assert set(names.values()) == {1}


def test_every_layer_activation_and_merge_is_in_it():
    layers = [layer for spec in specifications() for layer in spec.layers]
    missing = {kind.__name__ for kind in EXAMPLES} - {type(layer).__name__ for layer in layers}
    assert missing == {"InputLayer"}  # which a workbook has as its image
    assert set(ACTIVATIONS) <= {getattr(layer, "activation", None) for layer in layers}


def test_every_loss_and_optimizer_is_in_it():
    trainings = [spec.training for spec in specifications() if spec.training]
    assert set(LOSSES) <= {training.loss for training in trainings}
    assert set(OPTIMIZERS.values()) <= {type(training.optimizer) for training in trainings}


def test_every_layout_is_in_it():
    assert {spec.layout for spec in specifications()} >= {
        *("steps", "network", "training", "output size"),
    }
    assert sum(spec.part is not None for spec in specifications()) == 4
