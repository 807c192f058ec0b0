import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def output(terminal):
    """Yield what a program writes to a terminal, piece by piece, until it ends."""
    with contextlib.suppress(OSError):  # Linux says so that nobody writes any more
        while piece := os.read(terminal, 65536):
            yield piece.decode(errors="replace")


def test_the_word_on_ctrl_c_has_a_line_of_its_own_above_the_bar(tmp_path):
    pty = pytest.importorskip("pty")  # Windows has none
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cnncalc", "train", "--epochs", "500", "--batch-size", "4"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    text = ""
    for piece in output(ours):
        before, text = text, text + piece
        if "images/s" in text and "images/s" not in before:
            process.send_signal(signal.SIGINT)
    os.close(ours)
    assert process.wait() == 130
    shown = [line.rpartition("\x1b[2K")[2].strip() for line in text.split("\n")]
    place = shown.index("Stopping after this batch; press Ctrl-C again to stop at once.")
    assert "images/s" in shown[place + 1]  # the bar, drawn anew below
    assert shown[-2].startswith("Stopped and saved. Go on with: cnncalc train")
