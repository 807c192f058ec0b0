"""Whose turn it is has the machine to itself: all that the others started is stopped meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from benchmarks.measuring import Contender, in_turns
from benchmarks.processes import started
from benchmarks.reporting import README

PATIENCE = 30  # seconds, on the busiest machine; what is awaited takes thousandths

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="states are read from /proc")


def state(pid):
    """Return the letter of a process's state, and the processor's ticks that its threads took."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[11]) + int(fields[12])


def awaited(condition):
    """Wait for what must come."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def spin():
    while True:
        pass


def spinner(note):
    """Start what spins beside the contender's own process, and note both; a turn is one more spin.

    It ends when both have taken more of the processor's time: they are awake.
    """
    process = multiprocessing.get_context("fork").Process(target=spin, daemon=True)
    process.start()
    note.write_text(f"{os.getpid()} {process.pid}")
    return partial(spin_on, (os.getpid(), process.pid))


def spin_on(pids):
    before = [state(pid)[1] for pid in pids]
    awaited(lambda: all(state(pid)[1] > ticks for pid, ticks in zip(pids, before, strict=True)))


def watcher(note):
    return partial(watch, note)


def watch(note):
    """Return the spinners' states, and whether any took time while this process took some."""
    pids = note.read_text().split()
    awaited(lambda: all(state(pid)[0] == "T" for pid in pids))
    before = [state(pid) for pid in pids]
    start = time.process_time()
    while time.process_time() < start + 0.1:
        pass
    return before, [state(pid) for pid in pids]


@on_linux
def test_a_neighbour_that_spins_is_stopped_with_its_processes_in_anothers_turn(tmp_path):
    note = tmp_path / "pids"
    contenders = [
        Contender("spins", partial(spinner, note)),
        Contender("w", partial(watcher, note)),
    ]
    turns = in_turns(contenders, rounds=2)
    for before, after in (turns.results["w"], turns.last_results["w"]):
        assert before == after
        assert [letter for letter, _ in after] == ["T", "T"]


def preparing(note):
    note.touch()
    return note.exists


def looking(note):
    return note.exists


def test_a_contender_is_prepared_when_those_before_it_have_had_their_first_turn(tmp_path):
    note = tmp_path / "prepared"
    first, second = (partial(do, note) for do in (looking, preparing))
    turns = in_turns([Contender("first", first), Contender("second", second)], rounds=1)
    assert turns.results == {"first": False, "second": True}
    assert turns.last_results == {"first": True, "second": True}


def test_an_interrupt_ends_a_contender_in_the_middle_of_its_turn():
    context = started(Contender("endless", endless))
    worker = context.__enter__()
    worker.talk.send(None)
    assert context.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None) is False
    assert worker.process.exitcode == -signal.SIGKILL


def endless():
    return spin


TERMINATED = """
import os, signal
from benchmarks.measuring import Contender, in_turns
from benchmarks.reporting import program
from tests.benchmarks.test_processes import identifying, terminating

def part(asked):
    return in_turns([Contender("one", identifying), Contender("two", terminating)], rounds=1)

if __name__ == "__main__":
    program("s", {"a": part})
"""


def identifying():
    sys.stdout.write(f"{os.getpid()}")
    sys.stdout.flush()
    return os.getpid


def terminating():
    os.kill(os.getppid(), signal.SIGTERM)
    return spin


def test_a_program_that_is_terminated_leaves_no_contender_stopped_or_at_work(tmp_path):
    script = tmp_path / "measures.py"
    script.write_text(TERMINATED)
    environment = {**os.environ, "PYTHONPATH": str(README.parents[1])}
    # It waits until all that write to the pipe have ended.
    ran = subprocess.run(
        [sys.executable, script],
        env=environment,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert b"KeyboardInterrupt" in ran.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(ran.stdout), 0)
