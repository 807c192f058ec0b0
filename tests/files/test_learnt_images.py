import pytest

from cnncalc.files.learnt_images import learnt_metadata, read_learnt
from cnncalc.training.learnt_images import LearntImages, Spread, ValueRange

KNOWN = LearntImages((8, 8, 1), ValueRange(0, 16), Spread(0.3, 0.03), Spread(0.2, 0.05))


def test_what_is_kept_is_read_again():
    assert read_learnt(learnt_metadata(KNOWN)) == KNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"shape": 8},
        {"values": None},
        {"values": {"least": 0}},
        {"values": {"least": 0, "largest": 0}},
        {"values": {"least": 0, "largest": float("nan")}},
        {"values": {"least": 0, "largest": 10**400}},
        {"values": {"least": 0, "largest": 16, "more": 1}},
        {"brightness": [0.3, 0.03]},
        {"brightness": {"mean": "dark", "deviation": 1}},
        {"border_brightness": {"mean": {}, "deviation": 1}},
    ],
)
def test_what_is_no_such_thing_counts_as_not_kept(change):
    assert read_learnt(learnt_metadata(KNOWN) | change) is None


@pytest.mark.parametrize("stored", [None, 3, "images", [], {}])
def test_anything_else_counts_as_not_kept(stored):
    assert read_learnt(stored) is None
