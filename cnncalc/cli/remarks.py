"""Words about what was read, kept back until the command works: an error stands alone."""

from __future__ import annotations

import click

__all__ = ["remark", "say_remarks"]

_KEY = "cnncalc.remarks"


def remark(message: str) -> None:
    """Keep a sentence about what was read for standard error."""
    click.get_current_context().meta.setdefault(_KEY, []).append(message)


def say_remarks(context: click.Context | None = None) -> None:
    """Say what has been remarked so far."""
    for message in (context or click.get_current_context()).meta.pop(_KEY, []):
        click.echo(message, err=True)
