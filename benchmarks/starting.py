"""Starts the two commands that should answer at once, and the least that they could take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import Command, Turns, commands_in_turns
from benchmarks.reporting import Asked, program, table

BARE = """
import click

@click.command()
def main():
    click.echo("30")

main()
"""
CNNCALC = Path(sys.executable).parent / "cnncalc"
OUTSIZE = "cnncalc outsize 32 3 0 1"
CONVOLVE = "cnncalc convolve --kernel '1 0.3'"

# What each command is compared with, and how many times as long it may take.
LIMITS = {OUTSIZE: ("a bare Click program", 1.3), CONVOLVE: ("import numpy, rich", 1.5)}

COMMANDS = (
    Command("a bare Click program", [sys.executable, "-c", BARE]),
    Command(OUTSIZE, [CNNCALC, "outsize", "32", "3", "0", "1"]),
    Command("import numpy, rich", [sys.executable, "-c", "import numpy, rich"]),
    Command(CONVOLVE, [CNNCALC, "convolve", "--kernel", "1 0.3"]),
)


def commands(asked: Asked) -> Sequence[str]:
    """Measure 30 starts of each."""
    turns = commands_in_turns(COMMANDS, 2 if asked.tiny else 30)
    header = ("", "milliseconds", "of the processor", "times as long as", "", "at most")
    return [
        "From the shell's call to the end of the process; the grid that is convolved is 17×4.",
        table(header, [_row(turns, command.name) for command in COMMANDS]),
    ]


def _row(turns: Turns, name: str) -> Sequence[object]:
    row = [name, turns.seconds(name).scaled(1000), turns.processor_seconds(name).scaled(1000)]
    if name not in LIMITS:
        return [*row, "", "", ""]
    least, limit = LIMITS[name]
    return [*row, least, turns.ratio(least, name), limit]


PARTS = {"commands": commands}

if __name__ == "__main__":
    program("starting", PARTS)
