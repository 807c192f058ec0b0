import numpy as np
import pytest

from cnncalc.views.predictions import Prediction
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.predictions import render_prediction
from tests.views.terminal.rendering import printed

NAMES = ("ape", "bear", "cat")


def shown(prediction, top=3, **options):
    text = printed(render_prediction(prediction, Display(), top), **options)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_likeliest_classes_come_first_each_with_its_bar():
    prediction = Prediction("a.png", NAMES, np.array([0.25, 0.1, 0.65]), "probability")
    assert shown(prediction, top=2) == [
        "a.png · cat",
        f"  cat  0.65  {'█' * 26}",
        f"  ape  0.25  {'█' * 10}",
    ]


def test_scores_have_no_bars():
    prediction = Prediction("a.png", NAMES, np.array([-2.0, 30.5, 1.0]), "score")
    assert shown(prediction) == ["a.png · bear", "  bear  30.5", "  cat      1", "  ape     -2"]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_pixels_that_mattered_are_drawn(encoding):
    influence = np.zeros((3, 4, 1))
    influence[1, 2] = 0.5
    prediction = Prediction("a.png", NAMES, np.ones(3) / 3, "probability", influence)
    lines = shown(prediction, encoding=encoding)
    assert any("most of all the pixel in row 1, column 2" in line for line in lines)
    assert any("0.5" in line for line in lines[-4:])
