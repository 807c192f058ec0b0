"""A process for each contender, which does its turns as long as they are asked for.

Between its turns it is stopped, with all its threads and processes: libraries have threads that
spin while they wait, and would take the machine from the contender whose turn it is. (A system
without SIGSTOP, Windows, lacks what usage.py counts with as well: nothing is measured there.)
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from benchmarks.errors import BenchmarkError, FailedContenderError
from benchmarks.usage import Usage, forget_peak, peak_megabytes, processor_seconds

__all__ = ["Answer", "Contender", "Worker", "started"]

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
class Worker:
    """A contender's process, seen from the program that measures."""

    process: BaseProcess
    talk: Connection

    def turn(self) -> Answer:
        """Have a turn done, and return what it cost and what it computed; stop till the next one.

        Raises FailedContenderError, with the contender's name and error, where it fails.
        """
        self.signal(signal.SIGCONT)
        # A process that failed earlier hears nothing any more, but has said why.
        with suppress(OSError):
            self.talk.send(None)
        answer = self._answer()
        self.signal(signal.SIGSTOP)
        return answer

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to all that it started."""
        # There is no such group before the process has begun, nor after it has ended.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, number)

    def _answer(self) -> Answer:
        try:
            answer: Answer | BenchmarkError = self.talk.recv()
        except (EOFError, OSError):
            self.process.join()
            message = f"{self.process.name} ended early, with exit code {self.process.exitcode}"
            raise FailedContenderError(message) from None
        if isinstance(answer, BenchmarkError):
            raise answer
        return answer


@contextmanager
def started(contender: Contender, fresh: bool = False) -> Iterator[Worker]:
    """Start a contender's process, and end it afterwards.

    With `fresh`, what the process does before its turn counts as well.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(contender, theirs, fresh), name=contender.name)
    with _environment(contender.environment):
        process.start()
    theirs.close()
    worker = Worker(process, ours)
    try:
        yield worker
    except KeyboardInterrupt:
        # The terminal's Ctrl-C doesn't reach a group of its own, nor this one before it has begun.
        worker.signal(signal.SIGKILL)
        process.kill()
        raise
    finally:
        worker.signal(signal.SIGCONT)
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


def _work(contender: Contender, talk: Connection, fresh: bool) -> None:
    """Do turns, or say what went wrong; the life of a contender's process."""
    os.setpgid(0, 0)  # a group of its own, which is stopped and resumed as one
    try:
        _do_turns(contender.prepare, talk, fresh)
    except BenchmarkError as error:
        talk.send(error)
    except Exception as error:
        first_line = f"{type(error).__name__}: {error}".partition("\n")[0]
        talk.send(FailedContenderError(f"{contender.name} failed: {first_line}"))
        raise  # so that Python shows where


def _do_turns(prepare: Callable[[], Callable[[], Any]], talk: Connection, fresh: bool) -> None:
    turn = prepare()
    if not fresh:
        forget_peak()
    while True:
        try:
            talk.recv()
        except EOFError:
            return
        before, start = 0.0 if fresh else processor_seconds(), time.perf_counter()
        result = turn()
        seconds = time.perf_counter() - start
        usage = Usage(seconds, processor_seconds() - before, peak_megabytes())
        talk.send((usage, result))
