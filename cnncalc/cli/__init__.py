"""The command line: Click commands, and the one place where an error becomes an exit status."""

import gc
import sys

from cnncalc.errors import INTERRUPTED

__all__ = ["main"]


def main() -> None:
    """Run the command line, as the installed command `cnncalc` does."""
    # What is imported stays: to go through it for cycles, again and again as it grows, would take a
    # tenth of a start. `LazyGroup` enables it once a command is there.
    gc.disable()
    try:
        # Imported here, so that Ctrl-C is no traceback even this early.
        from cnncalc.cli.commands import cli

        cli(prog_name="cnncalc")
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)
    finally:
        # Everything is given back when the process ends. Python would first go through all of it
        # for cycles, which takes as long as importing NumPy.
        gc.freeze()
