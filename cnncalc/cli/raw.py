"""The option `--raw`: pixels stay as they are, whatever would have been done to them."""

from __future__ import annotations

import click

from cnncalc.cli.options import Decorator

__all__ = ["raw_option"]


def raw_option(help_text: str) -> Decorator:
    """Return the option, its help saying what a command does to pixels without it."""
    return click.option("--raw", is_flag=True, help=help_text)
