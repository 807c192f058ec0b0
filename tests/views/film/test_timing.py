from itertools import pairwise

import pytest

from cnncalc.errors import OptionError
from cnncalc.views.film.timing import MOST_MOMENTS, FilmLook, make_takes


def test_the_whole_comes_first_and_last_and_stays():
    takes = make_takes(3, 2)
    assert [take.moment for take in takes] == [None, 0, 1, 2, None]
    assert [take.milliseconds for take in takes] == [2000, 500, 500, 500, 3000]


def test_a_long_play_is_thinned_evenly_and_keeps_its_ends():
    places = [take.moment for take in make_takes(10_000, 4)[1:-1]]
    assert len(places) == MOST_MOMENTS
    assert (places[0], places[-1]) == (0, 9_999)
    gaps = {second - first for first, second in pairwise(places)}
    assert gaps <= {41, 42}


def test_nothing_that_plays_is_the_whole_alone():
    assert [take.moment for take in make_takes(0, 4)] == [None, None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 10}, "a film's width must be 240 to 3840 pixels. Received: width=10"),
        ({"width": "wide"}, "a film's width must be 240 to 3840 pixels. Received: width='wide'"),
        ({"speed": 0}, "a film's speed must be 0.1 to 50 scenes a second. Received: speed=0"),
        ({"speed": float("nan")}, "scenes a second. Received: speed=nan"),
        ({"speed": True}, "scenes a second. Received: speed=True"),
        ({"theme": "pink"}, "a film's theme must be one of light, dark, print. Received: theme="),
    ],
)
def test_a_look_that_is_out_of_range_is_refused(options, message):
    with pytest.raises(OptionError) as caught:
        FilmLook(**options)
    assert message in str(caught.value)
