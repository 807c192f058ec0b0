from __future__ import annotations

import os

import pytest

from cnncalc.files.silence import silenced_standard_error


def test_what_compiled_code_says_goes_nowhere_and_comes_back_after(capfd):
    with silenced_standard_error():
        os.write(2, b"noise")
    os.write(2, b"said")
    assert capfd.readouterr().err == "said"


def test_an_error_brings_standard_error_back(capfd):
    with pytest.raises(ZeroDivisionError), silenced_standard_error():
        1 / 0  # noqa: B018 (it is raised, that is all)
    os.write(2, b"said")
    assert capfd.readouterr().err == "said"
