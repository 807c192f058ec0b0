from __future__ import annotations

import pytest


@pytest.mark.parametrize("columns", ["0", "1", "10", "20"])
def test_a_very_narrow_terminal_gets_every_word_and_number(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    result = run("convolve", "-", "-k", "1234567.1234 -7654321.4321", "--full", input="10,20,30\n")
    assert result.exit_code == 0
    words = result.stdout.split()
    assert {"1234567.1234", "-7654321.4321", "-140740757.408", "-204938300.495"} <= set(words)
    assert "highest" in words
