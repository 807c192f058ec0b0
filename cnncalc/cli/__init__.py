"""The command line: Click commands, and the one place where an error becomes an exit status."""

from cnncalc.cli.main import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line, as the installed command `cnncalc` does."""
    cli(prog_name="cnncalc")
