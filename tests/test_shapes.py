import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.shapes import normalize_padding, pair, whole_number


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (1, (1, 1, 1, 1)),
        ((0, 1), (0, 0, 1, 1)),
        ((1, 2, 3, 4), (1, 2, 3, 4)),
        (((1, 2), (3, 4)), (1, 2, 3, 4)),
        (((1, 2), 3), (1, 2, 3, 3)),
        ([1, 2, 3, 4], (1, 2, 3, 4)),
        (np.array([1, 2, 3, 4]), (1, 2, 3, 4)),
        (np.array([[1, 2], [0, 0]]), (1, 2, 0, 0)),
        ("same", "same"),
        ("valid", "valid"),
    ],
)
def test_padding_in_every_form(padding, expected):
    assert normalize_padding(padding) == expected


@pytest.mark.parametrize("padding", [-1, (1, 2, 3), "full", (1, -1), 1.5, ((1, 2, 3), 1), True])
def test_unusable_padding_is_refused_with_what_was_received(padding):
    with pytest.raises(OptionError) as error:
        normalize_padding(padding)
    assert str(error.value).endswith(f"Received: padding={padding!r}")


def test_a_message_about_an_array_stays_on_one_line():
    with pytest.raises(OptionError) as error:
        normalize_padding(np.array([[1, 2], [0, -1]]))
    assert str(error.value).endswith("Received: padding=array([[ 1, 2], [ 0, -1]])")


@pytest.mark.parametrize("value", [None, [], 0, (1, 0), (1, 2, 3), -1, 1.5, "2", (True, 1)])
def test_an_unusable_pair_names_its_argument(value):
    with pytest.raises(OptionError, match=r"strides must be one or two .* Received: strides="):
        pair(value, "strides")


@pytest.mark.parametrize("value", [(2, 7), [2], 2.0, True, "2", None, 0])
def test_what_is_not_one_number_is_refused(value):
    with pytest.raises(
        OptionError, match=r"size must be one whole number, at least 1\. Received: "
    ):
        whole_number(value, "size")


def test_numpy_integers_are_whole_numbers():
    assert pair(np.int64(2), "strides") == (2, 2)
    assert pair(np.array([1, 2]), "strides") == (1, 2)
    assert pair(np.array(2), "strides") == (2, 2)
    assert whole_number(np.int64(2), "size") == 2
    assert normalize_padding(np.int32(1)) == (1, 1, 1, 1)
