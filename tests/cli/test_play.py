from __future__ import annotations

import os
import re
import select
import signal
import struct
import subprocess
import sys
import time

import pytest

fcntl = pytest.importorskip("fcntl")  # Windows has none
pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

CONVOLVE = ("convolve", "article:6x6", "-k", "1 0; 0 -1")
SEEN = re.compile(r"(\d+) of 25 · space (pauses|plays again|plays)")
# Ctrl-C is for whom the terminal belongs to; what a shell starts in the background ignores it, and
# hands that on.
ON_ITS_TERMINAL = """
import fcntl, runpy, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("cnncalc", run_name="__main__", alter_sys=True)
"""


class Terminal:
    """A command on a terminal of its own: what it shows, and what is typed into it."""

    def __init__(self, *arguments):
        self.screen, self.device = pty.openpty()
        fcntl.ioctl(self.device, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
        self.before, self.shown = self.settings(), ""
        environment = {**os.environ, "TERM": "xterm-256color"}
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_ITS_TERMINAL, *arguments],
            **dict.fromkeys(["stdin", "stdout", "stderr"], self.device),
            env=environment,
            start_new_session=True,
        )

    def settings(self):
        return termios.tcgetattr(self.device)

    def wait_for(self, wanted, seconds=60):
        """Read what is shown until it has what is wanted."""
        until = time.monotonic() + seconds
        while not re.search(wanted, self.shown):
            assert time.monotonic() < until, self.shown[-2000:]
            self._read()

    def type(self, keys):
        self.shown = ""
        os.write(self.screen, keys)

    def status(self, seconds=60):
        """Read to the end, and return the exit status."""
        until = time.monotonic() + seconds
        while self._read() or self.process.poll() is None:
            assert time.monotonic() < until, self.shown[-2000:]
        return self.process.returncode

    def _read(self):
        if not select.select([self.screen], [], [], 0.1)[0]:
            return False
        self.shown += os.read(self.screen, 65536).decode(errors="replace")
        return True


def test_keys_steer_it_and_q_leaves_the_terminal_as_it_was():
    terminal = Terminal(*CONVOLVE, "--play", "--speed", "20")
    terminal.wait_for("[2-9] of 25 · space pauses")
    assert terminal.settings() != terminal.before
    terminal.type(b" ")
    terminal.wait_for("space plays")
    place = int(SEEN.search(terminal.shown)[1])
    terminal.type(b"\x1b[D")
    terminal.wait_for(rf"{place - 1} of 25 · space plays")
    terminal.type(b"\x1b[C\x1b[C")
    terminal.wait_for(rf"{place + 1} of 25 · space plays")
    terminal.type(b"q")
    assert terminal.status() == 0
    assert terminal.settings() == terminal.before
    assert "\x1b[?1049l" in terminal.shown  # the screen of before is back
    assert "\x1b[?25h" in terminal.shown  # and so is the cursor
    assert "Convolution, so far" in terminal.shown.split("\x1b[?1049l")[1]


def test_ctrl_c_leaves_the_terminal_as_it_was():
    terminal = Terminal(*CONVOLVE, "--play")
    terminal.wait_for("1 of 25")
    terminal.type(b"\x03")
    assert terminal.status() == 130
    assert terminal.settings() == terminal.before
    assert "\x1b[?1049l" in terminal.shown
    assert "\x1b[?25h" in terminal.shown


def test_at_the_end_it_stays_until_it_is_left():
    terminal = Terminal(*CONVOLVE, "--play", "--speed", "50")
    terminal.wait_for("25 of 25 · space plays again")
    terminal.type(b"q")
    assert terminal.status() == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGQUIT])  # kill, and Ctrl-\
def test_what_ends_it_leaves_the_terminal_as_it_was(sent):
    terminal = Terminal(*CONVOLVE, "--play")
    terminal.wait_for("1 of 25")
    terminal.shown = ""
    terminal.process.send_signal(sent)
    assert terminal.status() == 128 + sent
    assert terminal.settings() == terminal.before
    assert "\x1b[?1049l" in terminal.shown
    assert "\x1b[?25h" in terminal.shown


def test_ctrl_z_is_no_key_while_it_plays():
    terminal = Terminal(*CONVOLVE, "--play")
    terminal.wait_for("1 of 25")
    # In a session of its own nothing stops a process: that it isn't asked to is what can be seen.
    disabled = bytes([os.fpathconf(terminal.device, "PC_VDISABLE")])
    assert terminal.settings()[6][termios.VSUSP] == disabled != terminal.before[6][termios.VSUSP]
    terminal.type(b"\x1aq")
    assert terminal.status() == 0
    assert terminal.settings() == terminal.before


def test_an_arrow_that_arrives_in_two_parts_is_one():
    terminal = Terminal(*CONVOLVE, "--play")
    terminal.wait_for("1 of 25")
    terminal.type(b" ")
    terminal.wait_for("space plays ")
    place = int(SEEN.search(terminal.shown)[1])
    terminal.type(b"\x1b")
    time.sleep(0.2)
    terminal.type(b"[C")
    terminal.wait_for(rf"{place + 1} of 25 · space plays ")
    terminal.type(b"q")
    assert terminal.status() == 0
