"""The states of pages are read with care: anybody may write one."""

from __future__ import annotations

import json

import pytest

from cnncalc.errors import InputError
from cnncalc.files import states
from cnncalc.files.states import read_state

STATE = {
    "cnncalc": "state",
    "version": 1,
    "calculation": [["Layout", "steps"]],
    "inputs": [[[1, 2.5]]],
}


def saved(tmp_path, content):
    path = tmp_path / "page.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_it_says_what_is_calculated_and_what_stands_in_the_inputs(tmp_path):
    state = read_state(saved(tmp_path, STATE | {"inputs": [[[1, 2.5]], [["cat"]]], "selection": 3}))
    assert state.lines == (("Layout", "steps"),)
    numbers, names = state.inputs
    assert numbers.tolist() == [[1, 2.5]]
    assert names.tolist() == [["cat"]]


@pytest.mark.parametrize(
    ("content", "received"),
    [
        ("{", "no JSON"),
        ("\x00", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ([], "other JSON"),
        ({"stages": []}, "other JSON"),
        ({"cnncalc": "answers", "version": 1}, "the answers to a worksheet"),
        (STATE | {"version": 2}, "a state of version 2"),
        (STATE | {"calculation": []}, "a state that says no calculation, or has no inputs"),
        (
            STATE | {"calculation": [["Layout"]]},
            "a state that says no calculation, or has no inputs",
        ),
        (
            STATE | {"calculation": [["Layout", 3]]},
            "a state that says no calculation, or has no inputs",
        ),
        (STATE | {"inputs": []}, "a state that says no calculation, or has no inputs"),
        (STATE | {"inputs": [3]}, "a state whose input 1 is not made of rows"),
        (STATE | {"inputs": [[3]]}, "a state whose input 1 is not made of rows"),
        (STATE | {"inputs": [[[]]]}, "a state whose input 1 has rows of different lengths"),
        (
            STATE | {"inputs": [[[1], [1, 2]]]},
            "a state whose input 1 has rows of different lengths",
        ),
        *(
            (
                json.dumps(STATE).replace("2.5", cell),
                "a state whose input 1 holds something that is no finite number",
            )
            for cell in ("NaN", "Infinity", "1e999", "true", "null", '"3"', "1" + "0" * 400, "[1]")
        ),
    ],
)
def test_anything_else_is_refused_in_one_line(tmp_path, content, received):
    path = saved(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_state(path)
    expected = f"'{path}' must be the state of a page, as its Save button writes it. Received: "
    assert str(caught.value) == expected + received


def test_a_file_that_is_too_large_is_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setattr(states, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="of at most 10 bytes"):
        read_state(saved(tmp_path, STATE))
