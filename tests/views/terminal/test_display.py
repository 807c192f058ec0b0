from __future__ import annotations

import pytest

from cnncalc.errors import OptionError
from cnncalc.views.terminal import COLOR_MAPS, Display


@pytest.mark.parametrize("decimals", [-1, 18])
def test_decimals_out_of_range_are_refused(decimals):
    with pytest.raises(OptionError, match=rf"0 to 17\. Received: decimals={decimals}"):
        Display(decimals=decimals)


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_every_colour_map_is_accepted(name):
    assert Display(colors=name).colors == name


def test_an_unknown_colour_map_suggests_the_nearest():
    with pytest.raises(
        OptionError, match=r"one of green, .*Received: colors='virdis'\. Did you me"
    ):
        Display(colors="virdis")


def test_a_name_like_no_other_suggests_nothing():
    with pytest.raises(OptionError, match=r"Received: colors='zzz'\.$"):
        Display(colors="zzz")
