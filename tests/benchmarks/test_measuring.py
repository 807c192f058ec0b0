"""Contenders take turns in processes of their own, and none is measured that computes otherwise."""

from __future__ import annotations

import itertools
import os
import sys
import time
from functools import partial
from pickle import PicklingError

import numpy as np
import pytest

from benchmarks.errors import DifferentResultsError, FailedContenderError, MissingPeerError
from benchmarks.measuring import (
    Command,
    Contender,
    Spread,
    Turns,
    Usage,
    check_same,
    commands_in_turns,
    in_turns,
    output,
    require,
)


def test_what_takes_longer_is_done_less_often():
    assert Spread(2, 1, 4).inverted() == Spread(0.5, 0.25, 1)


def test_a_spread_has_three_digits_and_its_thousands_apart():
    assert str(Spread(12345.6, 0.01234, 999.9)) == "12,300 (0.0123 to 1,000)"


def sleeper(seconds):
    return partial(sleep, seconds)


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def who():
    return identify


def identify():
    return os.getpid(), os.environ.get("BENCHMARKED")


def waster():
    assert len(b"1" * 200 * 2**20) > 0
    return identify


def taking(*seconds):
    return [Usage(each, 0.0, 0.0) for each in seconds]


def test_contenders_take_turns_that_are_timed_and_say_what_they_computed():
    slow, quick = (Contender(str(each), partial(sleeper, each)) for each in (0.03, 0.01))
    turns = in_turns([slow, quick], rounds=3)
    assert turns.results == {"0.03": 0.03, "0.01": 0.01}
    assert 2 < turns.ratio("0.01", "0.03").middle < 3.5
    assert turns.fastest(["0.03", "0.01"]) == "0.01"
    assert 5 < turns.peak_megabytes("0.01") < 500


def test_a_contender_works_in_a_process_and_an_environment_of_its_own():
    contenders = [Contender("set", who, environment={"BENCHMARKED": "1"}), Contender("unset", who)]
    (one, said), (other, unsaid) = in_turns(contenders, rounds=1).results.values()
    assert len({one, other, os.getpid()}) == 3
    assert (said, unsaid) == ("1", None)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep a peak for good")
def test_the_memory_of_preparing_counts_only_where_the_process_is_fresh():
    contenders = [Contender("waster", waster)]
    steady, fresh = (
        in_turns(contenders, 1, 0, fresh).peak_megabytes("waster") for fresh in (False, True)
    )
    assert steady < 150
    assert fresh > 200


def test_a_fresh_turn_counts_from_the_start_of_its_process():
    turns = in_turns([Contender("one", partial(sleeper, 0.01))], 1, warm_ups=0, fresh=True)
    assert turns.seconds("one").middle > 0.02


def test_a_command_is_measured_with_its_processes():
    burn = "import time; t = time.process_time()\nwhile time.process_time() < t + 0.05: pass"
    words = [sys.executable, "-c", burn]
    turns = commands_in_turns([Command("burn", words)], rounds=1, warm_ups=0)
    assert turns.processor_seconds("burn").middle > 0.05


def fail_at(number):
    counter = itertools.count()
    return lambda: 1 / (number - next(counter))


def leave():
    os._exit(3)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_contender_that_fails_in_a_turn_is_named_with_its_error(number, fresh, capfd):
    contenders = [Contender("good", who), Contender("bad", partial(fail_at, number * (not fresh)))]
    with pytest.raises(FailedContenderError, match=r"^bad failed: ZeroDivisionError: division"):
        in_turns(contenders, rounds=1, fresh=fresh)
    assert "1 / (number - next(counter))" in capfd.readouterr().err


def test_a_contender_whose_process_ends_is_named_with_its_exit_code():
    with pytest.raises(FailedContenderError, match=r"^one ended early, with exit code 3$"):
        in_turns([Contender("one", leave)], rounds=1)


def run_in_vain():
    return partial(output, Command("inner", [sys.executable, "-c", "exit('no file')"]), ".")


def test_a_contender_whose_command_fails_says_what_the_command_said_and_no_more(capfd):
    with pytest.raises(FailedContenderError, match=r"^inner failed: no file$"):
        in_turns([Contender("outer", run_in_vain)], rounds=1)
    assert capfd.readouterr().err == "no file\n"


def test_a_command_that_fails_without_a_word_is_named_with_its_exit_code(tmp_path):
    silent = Command("silent", [sys.executable, "-c", "exit(3)"])
    with pytest.raises(FailedContenderError, match=r"^silent failed: exit code 3$"):
        output(silent, tmp_path)
    with pytest.raises(FailedContenderError, match=r"^silent failed: exit code 3$"):
        commands_in_turns([silent], rounds=1)


def test_a_failed_commands_line_is_the_last_that_does_not_belong_to_another(tmp_path):
    said = "Traceback:\\n  at line 1\\nUnknown format\\n\\t [[a node]]\\n\\n"
    with pytest.raises(FailedContenderError, match=r"^one failed: Unknown format$"):
        output(Command("one", [sys.executable, "-c", f"exit('{said}')"]), tmp_path)


def test_an_unmeasured_command_runs_in_its_folder_and_environment(tmp_path):
    words = [sys.executable, "-c", "import os; print(os.getcwd(), os.environ['BENCHMARKED'])"]
    said = output(Command("one", words, environment={"BENCHMARKED": "1"}), tmp_path)
    assert said == f"{tmp_path} 1\n"


def test_a_commands_memory_is_its_own_not_that_of_the_process_that_measures():
    held = b"1" * 200 * 2**20
    turns = commands_in_turns([Command("pass", [sys.executable, "-c", "pass"])], 1, warm_ups=0)
    assert 2 < turns.peak_megabytes("pass") < 100 < len(held) / 2**20


def test_the_environment_is_restored_even_if_a_process_does_not_start(monkeypatch):
    monkeypatch.delenv("BENCHMARKED", raising=False)
    with pytest.raises((AttributeError, PicklingError)):
        in_turns([Contender("one", lambda: identify, environment={"BENCHMARKED": "1"})], rounds=1)
    assert "BENCHMARKED" not in os.environ


def test_ratios_are_taken_round_by_round():
    # A machine that is ten times as slow in the second round changes no ratio.
    turns = Turns({"ours": taking(1, 10, 1), "theirs": taking(2, 20, 2)})
    assert turns.ratio("ours", "theirs") == (2, 2, 2)
    assert str(Spread.of([4.0, 1.0, 2.0, 3.0, 5.0])) == "3 (2 to 4)"


def test_a_missing_peer_is_an_error_that_names_the_extra():
    with pytest.raises(MissingPeerError, match=r"^nobody must be installed: .*\[bench\]"):
        require(["numpy", "nobody"])
    with pytest.raises(MissingPeerError):
        in_turns([Contender("one", who, needs=("nobody",))], rounds=1)


def test_a_difference_is_told_with_what_is_allowed():
    expected = (
        r"^loss: numbers must not differ by more than 0\.01 of the largest\. Received: 0\.5 of"
    )
    with pytest.raises(DifferentResultsError, match=expected):
        check_same("loss", [1.0, 2.0], [1.0, 1.0], 0.01)


@pytest.mark.parametrize("theirs", [[1.0, 2.01], [1.0, np.nan], [1.0]])
def test_different_results_are_an_error(theirs):
    check_same("numbers", [1.0, 2.0], [1.0, 2.001], 0.001)
    with pytest.raises(DifferentResultsError, match="numbers"):
        check_same("numbers", [1.0, 2.0], theirs, 0.001)
