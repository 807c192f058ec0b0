"""A Click group that imports a command when it is asked for, and ends every error in one line."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click

from cnncalc.cli.streams import prepared_streams, say, say_remarks
from cnncalc.errors import INTERRUPTED, CnncalcError

__all__ = ["Home", "LazyGroup"]

UNUSABLE = 2


class Home(NamedTuple):
    """Where a command lives, and its line in the list of commands."""

    module: str
    short_help: str


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported on first use."""

    def __init__(self, *args: Any, homes: Mapping[str, Home], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order: the order in which one learns them."""
        return list(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command."""
        if cmd_name not in self.homes:
            return None
        module = import_module(self.homes[cmd_name].module)
        gc.enable()
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the nearest name."""
        name = args[0]
        if name not in self.homes and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, self.homes, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (whatever a command returns)
        """Run the command; what it remarked and did not say yet is said when it has worked."""
        result = super().invoke(ctx)
        say_remarks(ctx)
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, home.short_help) for name, home in self.homes.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        """Run a command; end with its exit status, and one line on standard error if it failed."""
        options["standalone_mode"] = False
        # What was typed, for the record in the files that a command writes.
        options["obj"] = list(sys.argv[1:] if args is None else args)
        try:
            with prepared_streams():
                status = super().main(args, *rest, **options)
        except SystemExit:
            # Click and rich end like this when the reader of our output has gone (`| head`).
            status = 0
        except Exception as error:
            if os.environ.get("CNNCALC_DEBUG") == "1":
                import traceback

                traceback.print_exc()
            status = _report(error)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            status = INTERRUPTED
        sys.exit(status if isinstance(status, int) else 0)


def _report(error: Exception) -> int:
    """Say in one line what went wrong, and return the exit status."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message())
        return 0
    if isinstance(error, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    say(f"Error: {_one_line(error)}", err=True)
    return error.exit_status if isinstance(error, CnncalcError) else UNUSABLE


def _one_line(error: Exception) -> str:
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "cnncalc"
        said = error.format_message()
        text = f"{said if said.endswith(('.', '?')) else said + '.'} See '{command} --help'."
    elif isinstance(error, click.ClickException):
        text = error.format_message()
    elif isinstance(error, CnncalcError):
        text = str(error)
    elif isinstance(error, MemoryError):
        text = "not enough memory for this calculation; try a smaller input or fewer filters."
    elif isinstance(error, OSError):
        text = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    else:
        text = (
            f"unexpected {type(error).__name__}: {error} "
            "(a bug in cnncalc: run again with CNNCALC_DEBUG=1 and report what it prints)"
        )
    return " ".join(text.split())
