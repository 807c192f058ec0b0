"""Every stage of every layer, and every gradient, has a title and a sentence."""

from __future__ import annotations

import pytest

from cnncalc.layers import InputLayer
from cnncalc.sheet.calculations import training_specification
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.meanings import sentences
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.planning import specify, specify_network
from cnncalc.sheet.training.settings import constants, setting_volumes
from cnncalc.sheet.volumes import entered_cell
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import OPTIMIZERS
from tests.layer_examples import EVERY_EXAMPLE
from tests.sheet.test_flow import CASES, specified
from tests.sheet.training.examples import OPTIMIZERS as OPTIMIZER_CALLS
from tests.sheet.training.examples import drawn_network, pieces
from tests.views.page.cases import all_cases


def require_told(specification):
    for stage in make_flow(specification).stages:
        volume = stage.volume
        assert volume.full_title.strip(), volume.quantity
        assert all(sentence.strip() for sentence in sentences(volume)), volume.quantity
        assert len(sentences(volume)) >= 1


@pytest.mark.parametrize("example", EVERY_EXAMPLE, ids=str)
def test_every_stage_of_every_layer(example):
    require_told(specify_network(example.network))
    # A calculation is one layer, or a chain.
    if not isinstance(example.layer, InputLayer) and not example.before:
        require_told(specify(example.network))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_stage_of_networks_and_trainings_with_their_gradients(case):
    require_told(specified(*case))


@pytest.mark.parametrize("loss", LOSSES)
def test_every_stage_of_a_loss_and_of_every_optimizer(loss):
    for optimizer in OPTIMIZER_CALLS:
        made_of = pieces(drawn_network("dense", loss), loss, optimizer)
        require_told(training_specification(made_of))


@pytest.mark.page
def test_every_stage_of_what_the_page_is_held_to():
    for case in all_cases():
        require_told(case.specification)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_constant_of_an_optimizer(name):
    optimizer = OPTIMIZERS[name](**({"momentum": 0.5} if name == "sgd" else {}))
    told = [sentences(volume)[0] for volume in setting_volumes(optimizer)]
    assert len(set(told)) == len(constants(optimizer)) >= 2


def test_what_is_not_told_raises():
    unknown = entered_cell("Title", Quantity("input", "", "unknown"), "choice", "")
    with pytest.raises(TypeError, match="must have a rule, or be told in sheet/meanings"):
        sentences(unknown)
