"""The page of a step of a training, which calculates all steps up to it."""

from __future__ import annotations

from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.output import write_atomically
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.page_making import training_page
from cnncalc.tasks.page_writing import write_page
from cnncalc.tasks.training_pieces import session_pieces
from cnncalc.tasks.training_sessions import Session

__all__ = ["write_step_page"]


def write_step_page(
    path: Path, session: Session, number: int, caller: Caller, *, force: bool
) -> None:
    """Write the page of a training up to a step, and say so; it opens at that step.

    Arguments: the `path`; the `session`; the step's `number`, counted from 1; the `caller`; whether
    an existing file is replaced.
    Raises OptionError for a step that there is not, for more than a million formulas, and where
    the training goes on with the optimizer of another one.
    """
    if session.optimizer_state is not None and session.optimizer_state.iterations:
        message = "the page of a step begins with a new optimizer. "
        raise OptionError(message + "Received: a model whose optimizer has taken steps")
    page = training_page(session_pieces(session, number, caller), number)
    with write_atomically(path, force=force) as file:
        said = write_page(file, page)
    caller.note(f"wrote {path} ({said})")
