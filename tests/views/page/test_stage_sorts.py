"""What a page says of its stages, once of those that are alike."""

from __future__ import annotations

from cnncalc.views.page.stage_sorts import Sorts, stage_names
from tests.views.page.test_document import convolution


def test_a_layers_last_stage_has_the_layers_name_and_others_their_own_as_well():
    flow = convolution(padding=1).flow
    titles = [stage.volume.full_title for stage in flow.stages]
    names = dict(zip(titles, stage_names(flow), strict=True))
    assert names["Image"] == ("image", "image")
    assert names["Weights · kernel"] == ("kernel", "conv2d kernel")
    assert names["Convolution"] == ("convolution", "conv2d convolution")
    assert names["ReLU"][1] == "conv2d"


def test_what_is_alike_is_said_once():
    sorts = Sorts()
    assert [sorts.number({"title": title}) for title in "abab"] == [0, 1, 0, 1]
    assert sorts.found == [{"title": "a"}, {"title": "b"}]
