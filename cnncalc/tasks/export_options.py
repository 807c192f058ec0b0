"""What can be asked of a workbook: what it is printed on, and what is left for students."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.sheet.paper import Paper
from cnncalc.tasks.argument_checks import normalize, require_flag
from cnncalc.tasks.options import require_choice, require_reals, require_wholes

__all__ = ["PrintOptions", "StudentOptions"]


@dataclass(frozen=True)
class PrintOptions:
    """What a workbook is printed on, by name, and whether cnncalc has that done at once.

    >>> PrintOptions("A5")
    Traceback (most recent call last):
    cnncalc.errors.OptionError: paper must be one of A4, letter, A3. Received: paper='A5'
    """

    paper: str = Paper.A4
    pdf: bool = False

    def __post_init__(self) -> None:
        require_choice(self.paper, "paper", list(Paper))
        require_flag(self.pdf, "pdf")


@dataclass(frozen=True)
class StudentOptions:
    """What is left for students to fill in, and for how many of them."""

    worksheet: bool = False
    blank: float | None = None
    seed: int | None = None
    solution: bool = True
    variants: int | None = None

    def __post_init__(self) -> None:
        normalize(self)
        require_wholes(self, seed=0, variants=1)
        require_reals(self, "blank")

    @property
    def wanted(self) -> bool:
        """Whether anything is left blank at all."""
        return self.worksheet or self.blank is not None or not self.solution or bool(self.variants)
