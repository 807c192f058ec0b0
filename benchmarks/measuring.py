"""Runs contenders in turns, each in processes of its own, and says what each turn cost.

Whose turn it is has the machine to itself: the others are stopped, not yet started, or have ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.errors import DifferentResultsError, FailedContenderError, MissingPeerError
from benchmarks.processes import Answer, Contender, Worker, started
from benchmarks.turns import Spread, Turns
from benchmarks.usage import Usage, of_command

__all__ = [
    "Command",
    "Contender",
    "Spread",
    "Turns",
    "Usage",
    "check_same",
    "commands_in_turns",
    "in_turns",
    "output",
    "require",
]


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
    difference = np.abs(our - their).max() / scale
    if not difference <= tolerance:
        message = (
            f"{what}: numbers must not differ by more than {tolerance:g} of the largest. "
            f"Received: {difference:.2g} of it"
        )
        raise DifferentResultsError(message)


def in_turns(
    contenders: Sequence[Contender], rounds: int, warm_ups: int = 1, fresh: bool = False
) -> Turns:
    """Let every contender do its turn, round after round.

    A contender keeps its process for all its turns, after `warm_ups` turns that don't count; with
    `fresh` each turn is a new process, and counts from its start. What the first turn returned is
    in `results`, what the last one did in `last_results`: leave it small, it travels between
    processes.
    """
    require([package for contender in contenders for package in contender.needs])
    answers = (_fresh_turns if fresh else _steady_turns)(contenders, warm_ups + rounds)
    ran = [[usage for usage, _ in answered] for answered in answers[warm_ups:]]
    first, last = (_results(contenders, answered) for answered in (answers[0], answers[-1]))
    return Turns(_by_name(contenders, ran), first, last)


def _results(contenders: Sequence[Contender], answered: Sequence[Answer]) -> dict[str, Any]:
    pairs = zip(contenders, answered, strict=True)
    return {contender.name: result for contender, (_, result) in pairs}


def commands_in_turns(commands: Sequence[Command], rounds: int, warm_ups: int = 1) -> Turns:
    """Run every command, round after round, each time in an empty folder of its own."""
    require([package for command in commands for package in command.needs])
    # Where Python may not store what it compiled, every start compiles anew: nobody's everyday.
    everyday = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    ran = [
        [_usage_of(command, {**everyday, **command.environment}) for command in commands]
        for _ in range(warm_ups + rounds)
    ]
    return Turns(_by_name(commands, ran[warm_ups:]))


def _usage_of(command: Command, environment: Mapping[str, str]) -> Usage:
    try:
        return of_command(command.words, environment)
    except subprocess.CalledProcessError as error:
        raise _failed(command.name, error) from None


def output(command: Command, folder: Path | str) -> str:
    """Run a command in a folder, unmeasured, and return what it wrote to standard output.

    Raises FailedContenderError, with the command's name and last line, where it fails.
    """
    words = [str(word) for word in command.words]
    environment = {**os.environ, **command.environment}
    try:
        ran = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
    except subprocess.CalledProcessError as error:
        raise _failed(command.name, error) from None
    return ran.stdout


def _failed(name: str, error: subprocess.CalledProcessError) -> FailedContenderError:
    """Show all that a failed command said, and return the error that repeats its last line.

    Lines that begin with spaces are passed over: TensorFlow ends its errors in such.
    """
    print(error.stderr, end="", file=sys.stderr, flush=True)
    lines = [line for line in error.stderr.splitlines() if line[:1].strip()]
    last_line = lines[-1] if lines else f"exit code {error.returncode}"
    return FailedContenderError(f"{name} failed: {last_line}")


def _by_name(
    contenders: Sequence[Contender | Command], ran: Sequence[Sequence[Usage]]
) -> dict[str, tuple[Usage, ...]]:
    columns = zip(*ran, strict=True)
    return {contender.name: usages for contender, usages in zip(contenders, columns, strict=True)}


def _steady_turns(contenders: Sequence[Contender], rounds: int) -> list[list[Answer]]:
    with ExitStack() as stack:
        workers, first_round = list[Worker](), list[Answer]()
        # One is started when those before it have had their first turn, and are stopped.
        for contender in contenders:
            workers.append(stack.enter_context(started(contender)))
            first_round.append(workers[-1].turn())
        later_rounds = [[worker.turn() for worker in workers] for _ in range(rounds - 1)]
    return [first_round, *later_rounds]


def _fresh_turns(contenders: Sequence[Contender], rounds: int) -> list[list[Answer]]:
    return [[_fresh_turn(contender) for contender in contenders] for _ in range(rounds)]


def _fresh_turn(contender: Contender) -> Answer:
    start = time.perf_counter()
    with started(contender, fresh=True) as worker:
        usage, result = worker.turn()
        seconds = time.perf_counter() - start
    return usage._replace(seconds=seconds), result
