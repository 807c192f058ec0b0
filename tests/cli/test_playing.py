from __future__ import annotations

import pytest

from cnncalc.cli.keys import Key, decoded
from cnncalc.cli.playing import Playhead

CONVOLVE = ("convolve", "article:6x6", "-k", "1 0; 0 -1")


def test_keys_are_told_apart():
    assert decoded(b" \x1b[C\x1b[D\x1bOC\x1b[A\x1b[Bq") == [
        *(Key.PAUSE, Key.FORWARD, Key.BACK, Key.FORWARD, Key.BACK, Key.FORWARD, Key.LEAVE)
    ]
    assert decoded(b"x\x1b[5~\x1b") == []


def test_it_goes_on_by_itself_and_stops_at_the_end():
    head = Playhead(0, 3).onwards()
    assert head == Playhead(1, 3)
    assert head.onwards() == head.onwards().onwards() == Playhead(2, 3, is_paused=True)


def test_space_pauses_goes_on_and_begins_anew_at_the_end():
    paused = Playhead(1, 3).pressed(Key.PAUSE)
    assert paused.onwards() == paused == Playhead(1, 3, is_paused=True)
    assert paused.pressed(Key.PAUSE) == Playhead(1, 3)
    assert Playhead(2, 3, is_paused=True).pressed(Key.PAUSE) == Playhead(0, 3)


def test_arrows_step_and_pause_and_stay_inside():
    assert Playhead(1, 3).pressed(Key.BACK) == Playhead(0, 3, is_paused=True)
    assert Playhead(0, 3).pressed(Key.BACK) == Playhead(0, 3, is_paused=True)
    assert Playhead(1, 3).pressed(Key.FORWARD) == Playhead(2, 3, is_paused=True)
    assert Playhead(2, 3).pressed(Key.FORWARD) == Playhead(2, 3, is_paused=True)


@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        (CONVOLVE, "--steps prints each step"),
        (("pool", "article:6x6"), "without --play the result is printed"),
        (("trace", "Flatten()"), "--layer NAME prints each step of a layer"),
    ],
)
def test_where_no_terminal_is_it_says_what_to_do_instead(run, arguments, instead):
    result = run(*arguments, "--play")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: --play needs a terminal that it can draw on and read keys from; "
        f"{instead}. Received: standard input or output is none\n"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--play", "--steps"), "--play shows all steps in turn. Received: --steps as well"),
        (("--play", "--at", "0,0"), "--play shows all steps in turn. Received: --at as well"),
        (("--speed", "3"), "--speed is that of --play. Received: --speed without --play"),
        (
            ("--play", "--speed", "0"),
            "--speed must be 0.1 to 50 steps a second. Received: 0",
        ),
        (
            ("--play", "--speed", "nan"),
            "--speed must be 0.1 to 50 steps a second. Received: nan",
        ),
        (
            ("--play", "--format", "json"),
            "--play draws on the terminal; animate -o FILE.gif writes a film. "
            "Received: --format json as well",
        ),
        (
            ("--play", "-o", "x.csv"),
            "--play draws on the terminal; animate -o FILE.gif writes a film. "
            "Received: -o FILE as well",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(run, options, message):
    result = run(*CONVOLVE, *options)
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")
