"""The option `--ignore`, and what commands do about what isn't calculated of a model's training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from cnncalc.cli.remarks import remark
from cnncalc.training.uncalculated import Uncalculated, left_out

__all__ = ["ignore_option", "require_calculated"]

ignore_option = click.option(
    "--ignore",
    multiple=True,
    metavar="NAME",
    help="Leave out an option that the model's file has and cnncalc doesn't calculate, such as "
    "kernel_constraint; may be given several times.",
)


def require_calculated(
    found: Sequence[Uncalculated],
    ignored: Sequence[str],
    replacing: Mapping[str, object],
    *,
    evaluated: bool = False,
) -> None:
    """Refuse what isn't calculated of a model's training, and say what --ignore leaves out.

    Arguments: what was `found` in the model's file; the names that --ignore has; the value of each
    option of the command that may be `replacing` something, None where it wasn't given; whether a
    loss is only `evaluated`.
    Raises OptionError as `left_out` does.
    """
    given = [option for option, value in replacing.items() if value is not None]
    command = click.get_current_context().command
    offered = [option for each in command.params for option in each.opts if option in replacing]
    out = left_out(found, ignored, given, offered, evaluated=evaluated)
    if out:
        where = "" if evaluated else ", here and in what is saved"
        remark(f"left out, as --ignore says{where}: {'; '.join(map(str, out))}")
