"""Running a spreadsheet program, which may hang, and may start others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from cnncalc.errors import InputError

__all__ = ["TIMEOUT", "run_program"]

TIMEOUT = 900
"""Seconds for one call: half a million formulas take about ten."""


def run_program(title: str, command: Sequence[str]) -> str:
    """Run a program to its end, and return what it printed; its exit status tells nothing.

    Arguments: its `title`; the `command`.
    Raises InputError where it takes too long; then all that it started is ended.
    """
    with subprocess.Popen(  # noqa: S603 (the program is the engine's, the files are ours)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired as error:
            message = f"{title} did not finish within {TIMEOUT // 60} minutes"
            raise InputError(message) from error
        finally:
            _end(process)
    return printed.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program where it still runs: soffice is a script that starts the program proper."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
