"""What a process costs: its time, the processor's, and its memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["Usage", "forget_peak", "of_command", "peak_megabytes", "processor_seconds"]

TOP = Path(__file__).parent.parent


class Usage(NamedTuple):
    """What one turn cost; the processor's seconds are those of all threads and child processes."""

    seconds: float
    processor_seconds: float
    peak_megabytes: float

    def shared(self, pieces: float) -> Usage:
        """Return what each of so many equal pieces of the turn cost; memory is the same."""
        return Usage(self.seconds / pieces, self.processor_seconds / pieces, self.peak_megabytes)


def processor_seconds() -> float:
    """Return the processor's seconds of this process and of its children that have ended."""
    process, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return process.ru_utime + process.ru_stime + children.ru_utime + children.ru_stime


def forget_peak() -> None:
    """Let the most memory held be counted from now on, where the system can: on Linux."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float:
    """Return the most memory that this process held at one time.

    Linux counts into `ru_maxrss` what the process that started this one held; VmHWM is our own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    return _in_megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _in_megabytes(maxrss: int) -> float:
    # macOS counts bytes, other systems kilobytes.
    return maxrss / (2**20 if sys.platform == "darwin" else 1024)


def of_command(words: Sequence[str | Path], environment: Mapping[str, str]) -> Usage:
    """Run a command in an empty folder and return what it cost.

    This module is the program that starts it: what Linux counts as a command's peak begins with
    what the process that starts it holds, which should be little.
    Raises CalledProcessError, with what the command said, where it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        starter = (sys.executable, "-m", "benchmarks.usage", folder, *map(str, words))
        ran = subprocess.run(
            starter, cwd=TOP, env=environment, capture_output=True, text=True, check=False
        )
    if ran.returncode:
        raise subprocess.CalledProcessError(ran.returncode, words, stderr=ran.stderr)
    return Usage(*json.loads(ran.stdout))


def _start(folder: str, words: Sequence[str]) -> int:
    """Run a command in a folder, print what it cost as JSON, and return its exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([seconds, used.ru_utime + used.ru_stime, _in_megabytes(used.ru_maxrss)]))
    return process.returncode


if __name__ == "__main__":
    sys.exit(_start(sys.argv[1], sys.argv[2:]))
