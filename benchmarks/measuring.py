"""Runs contenders in turns, each in processes of its own, and says what each turn cost.

Everything stays in the process group of the program that measures, so that Ctrl-C ends it all.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

__all__ = [
    "Command",
    "Contender",
    "DifferentResultsError",
    "MissingPeerError",
    "Spread",
    "Turns",
    "Usage",
    "check_same",
    "commands_in_turns",
    "in_turns",
    "require",
]

# Between turns: the threads of the last contender spin on for a while before they sleep.
REST_SECONDS = 0.3


class MissingPeerError(Exception):
    """A peer is not installed."""


class DifferentResultsError(Exception):
    """Two contenders computed different things, so their times say nothing."""


class Usage(NamedTuple):
    """What one turn cost; the processor's seconds are those of all threads and child processes."""

    seconds: float
    processor_seconds: float
    peak_megabytes: float


Answer = tuple[Usage, Any]
"""What a turn cost, and what it computed."""


class Spread(NamedTuple):
    """A median with its quartiles."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_rounded(self.middle)} ({_rounded(self.low)} to {_rounded(self.high)})"

    def scaled(self, factor: float) -> Spread:
        """Return the spread in another unit."""
        return Spread(*(factor * value for value in self))

    def inverted(self) -> Spread:
        """Return the spread of what is the more, the less this is: seconds each, each a second."""
        return Spread(1 / self.middle, 1 / self.high, 1 / self.low)

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some values; one value is its own quartiles."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, method="inclusive")
        return cls(median(values), low, high)


@dataclass(frozen=True)
class Turns:
    """What every turn of every contender cost, and what each contender computed."""

    usages: Mapping[str, Sequence[Usage]]
    results: Mapping[str, Any] = field(default_factory=dict)

    def seconds(self, name: str) -> Spread:
        """Return the seconds of a contender's turns."""
        return Spread.of([usage.seconds for usage in self.usages[name]])

    def processor_seconds(self, name: str) -> Spread:
        """Return the processor seconds of a contender's turns."""
        return Spread.of([usage.processor_seconds for usage in self.usages[name]])

    def peak_megabytes(self, name: str) -> float:
        """Return the most memory that a contender took, its interpreter included."""
        return max(usage.peak_megabytes for usage in self.usages[name])

    def ratio(self, ours: str, theirs: str) -> Spread:
        """Return how many times as long `theirs` took as `ours`, round by round."""
        pairs = zip(self.usages[theirs], self.usages[ours], strict=True)
        return Spread.of([their.seconds / our.seconds for their, our in pairs])

    def fastest(self, names: Sequence[str]) -> str:
        """Return the contender, of these, with the lowest median time."""
        return min(names, key=lambda name: self.seconds(name).middle)


@dataclass(frozen=True)
class Contender:
    """One way to do the work, in Python.

    prepare: what its process does first, a function of a module (or a `functools.partial` of one);
        it imports what it needs and returns the function that does the work of one turn.
    needs: packages that must be installed.
    environment: variables of its process, set before Python starts there.
    """

    name: str
    prepare: Callable[[], Callable[[], Any]]
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """One way to do the work, as a command; `needs` and `environment` as in Contender."""

    name: str
    words: Sequence[str | Path]
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def _rounded(value: float) -> str:
    """Write three significant digits, thousands apart, without an exponent."""
    digits = f"{value:.3g}"
    return f"{float(digits):,.0f}" if "e+" in digits else digits


def require(packages: Sequence[str]) -> None:
    """Fail, naming the extra that installs them, where a package is missing."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        message = f"{', '.join(missing)} must be installed: pip install -e '.[bench]'"
        raise MissingPeerError(message)


def check_same(what: str, ours: Any, theirs: Any, tolerance: float) -> None:  # noqa: ANN401 (arrays)
    """Fail where two results differ by more than `tolerance` times the largest number in them."""
    # Imported here: what measures how fast commands start should itself stay small.
    import numpy as np

    our, their = np.asarray(ours), np.asarray(theirs)
    if our.shape != their.shape:
        message = f"{what}: shapes {our.shape} and {their.shape} differ"
        raise DifferentResultsError(message)
    scale = max(np.abs(our).max(), np.abs(their).max()) or 1.0
    # Not "greater than": a number that is no number must fail, too.
    if not np.abs(our - their).max() <= tolerance * scale:
        message = (
            f"{what}: numbers differ by {np.abs(our - their).max() / scale:.2g} of the largest"
        )
        raise DifferentResultsError(message)


def in_turns(
    contenders: Sequence[Contender], rounds: int, warm_ups: int = 1, fresh: bool = False
) -> Turns:
    """Let every contender do its turn, round after round.

    A contender keeps its process for all its turns, after `warm_ups` turns that don't count; with
    `fresh` each turn is a new process, and counts from its start. What the first turn returned is
    in `results`: leave it small, it travels between processes.
    """
    require([package for each in contenders for package in each.needs])
    answers = (_fresh_turns if fresh else _steady_turns)(contenders, warm_ups + rounds)
    ran = [[usage for usage, _ in answered] for answered in answers[warm_ups:]]
    firsts = zip(contenders, answers[0], strict=True)
    return Turns(_by_name(contenders, ran), {each.name: result for each, (_, result) in firsts})


def commands_in_turns(commands: Sequence[Command], rounds: int, warm_ups: int = 1) -> Turns:
    """Run every command, round after round, each time in an empty folder of its own."""
    require([package for each in commands for package in each.needs])
    ran = [[_run(command) for command in commands] for _ in range(warm_ups + rounds)]
    return Turns(_by_name(commands, ran[warm_ups:]))


def _by_name(
    contenders: Sequence[Contender | Command], ran: Sequence[Sequence[Usage]]
) -> dict[str, tuple[Usage, ...]]:
    columns = zip(*ran, strict=True)
    return {each.name: usages for each, usages in zip(contenders, columns, strict=True)}


def _run(command: Command) -> Usage:
    # Where Python may not store what it compiled, every start compiles anew: nobody's everyday.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **command.environment}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.words, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(
                process.returncode, command.words, stderr=said.read().decode()
            )
    return Usage(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _steady_turns(contenders: Sequence[Contender], rounds: int) -> list[list[Answer]]:
    with ExitStack() as stack:
        talks = [stack.enter_context(_process(contender)) for contender in contenders]
        return [
            [_one_turn(talk, wants_result=number == 0) for talk in talks]
            for number in range(rounds)
        ]


def _fresh_turns(contenders: Sequence[Contender], rounds: int) -> list[list[Answer]]:
    return [[_fresh_turn(contender) for contender in contenders] for _ in range(rounds)]


def _fresh_turn(contender: Contender) -> Answer:
    time.sleep(REST_SECONDS)
    start = time.perf_counter()
    with _process(contender, fresh=True) as talk:
        usage, result = _ask(talk, wants_result=True)
        seconds = time.perf_counter() - start
    return usage._replace(seconds=seconds), result


def _one_turn(talk: Connection, wants_result: bool) -> Answer:
    time.sleep(REST_SECONDS)
    return _ask(talk, wants_result)


def _ask(talk: Connection, wants_result: bool) -> Answer:
    try:
        talk.send(wants_result)
        answer: Answer = talk.recv()
    except (EOFError, OSError):
        message = "a contender's process ended early; what it said stands above"
        raise RuntimeError(message) from None
    return answer


@contextmanager
def _process(contender: Contender, fresh: bool = False) -> Iterator[Connection]:
    """Start a contender's process, and end it afterwards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(contender.prepare, theirs, fresh))
    with _environment(contender.environment):
        process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for as long as a process is being started."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def _work(prepare: Callable[[], Callable[[], Any]], talk: Connection, fresh: bool) -> None:
    """Do turns as long as they are asked for; the life of a contender's process.

    With `fresh`, what the process has done before its turn counts as well.
    """
    turn = prepare()
    if not fresh:
        _forget_peak()
    while True:
        try:
            wants_result = talk.recv()
        except EOFError:
            return
        before, start = 0.0 if fresh else _processor_seconds(), time.perf_counter()
        result = turn()
        seconds = time.perf_counter() - start
        usage = Usage(seconds, _processor_seconds() - before, _peak_megabytes())
        talk.send((usage, result if wants_result else None))


def _processor_seconds() -> float:
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _forget_peak() -> None:
    """Let the most memory held be counted from now on, where the system can: on Linux."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_megabytes() -> float:
    """Return the most memory that this process held at one time.

    Linux counts into `ru_maxrss` what the process that started this one held; VmHWM is our own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    # macOS counts bytes, other systems kilobytes.
    unit = 2**20 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
