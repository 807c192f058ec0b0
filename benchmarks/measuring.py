"""Runs contenders in turns, each in processes of its own, and says what each turn cost.

Everything stays in the process group of the program that measures, so that Ctrl-C ends it all.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.turns import Spread, Turns
from benchmarks.usage import Usage, forget_peak, of_command, peak_megabytes, processor_seconds

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


Answer = tuple[Usage, Any]
"""What a turn cost, and what it computed."""


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
    # Where Python may not store what it compiled, every start compiles anew: nobody's everyday.
    everyday = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    ran = [
        [of_command(each.words, {**everyday, **each.environment}) for each in commands]
        for _ in range(warm_ups + rounds)
    ]
    return Turns(_by_name(commands, ran[warm_ups:]))


def _by_name(
    contenders: Sequence[Contender | Command], ran: Sequence[Sequence[Usage]]
) -> dict[str, tuple[Usage, ...]]:
    columns = zip(*ran, strict=True)
    return {each.name: usages for each, usages in zip(contenders, columns, strict=True)}


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
    try:
        yield
    finally:
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
        forget_peak()
    while True:
        try:
            wants_result = talk.recv()
        except EOFError:
            return
        before, start = 0.0 if fresh else processor_seconds(), time.perf_counter()
        result = turn()
        seconds = time.perf_counter() - start
        usage = Usage(seconds, processor_seconds() - before, peak_megabytes())
        talk.send((usage, result if wants_result else None))
