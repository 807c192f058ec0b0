"""How several names are written in a sentence."""

import pytest

from cnncalc.wording import listed


@pytest.mark.parametrize(
    ("count", "counted", "text"),
    [
        (0, True, ""),
        (3, True, "0, 1, 2"),
        (4, False, "0, 1, 2, …"),
        (1_234, True, "0, 1, 2, … (1,234 in all)"),
    ],
)
def test_names_that_are_left_out_show(count, counted, text):
    assert listed(iter(range(count)), 3, counted=counted) == text
