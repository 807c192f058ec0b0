"""The forms of an export, workbook and page: what each must know to write, and what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from cnncalc.network import Network
from cnncalc.notation import write
from cnncalc.part.structure import Part
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.calculations import TrainingPieces
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.student_copies import Copy
from cnncalc.trace import Trace

__all__ = ["ExportForm", "TitledTrace", "article_origins", "image_name", "trace_origins"]


class ExportForm(Protocol):
    """What can be written of a calculation: a workbook, or a page.

    Each way returns what is said of what it wrote, how many formulas it holds for example.
    """

    @property
    def ending(self) -> str:
        """How its files end."""

    @property
    def noun(self) -> str:
        """What it is called, with its article."""

    @property
    def most_formulas(self) -> float:
        """How many formulas it may have at most."""

    def require_calculation(self, network: Network) -> None:
        """Refuse a calculation that it can't hold, before anything is computed for it."""

    def require_network(self, network: Network) -> None:
        """Refuse a network that it can't hold, layer by layer."""

    def write_article(self, file: BinaryIO, caller: Caller) -> str:
        """Write all of the article's cases."""

    def write_calculation(self, file: BinaryIO, copy: Copy, title: str, caller: Caller) -> str:
        """Write one calculation, to be filled in or filled in."""

    def write_network(self, file: BinaryIO, titled: TitledTrace, caller: Caller) -> str:
        """Write a network's way over an image."""

    def write_trace(self, file: BinaryIO, titled: TitledTrace, caller: Caller) -> str:
        """Write a trace as what it is of: a calculation, or a network; the title is its image's."""

    def write_training(self, file: BinaryIO, pieces: TrainingPieces, caller: Caller) -> str:
        """Write a training, step by step."""


@dataclass(frozen=True)
class TitledTrace:
    """A trace to be written, where it came from, and its `title`, or what its image is called.

    Of a network, the `class_names` and the number of the `target` class, if there are any; the
    `part` of a larger one that it is, if it is one.
    """

    trace: Trace
    provenance: Provenance
    title: str
    class_names: Sequence[str] = ()
    target: int | None = None
    part: Part | None = None


def article_origins(caller: Caller) -> Provenance:
    """Return where the numbers of the article's cases come from."""
    cases, grids = Origin("article", "its cases"), Origin("article", "its grids")
    return Provenance(caller.command, cases, image=grids)


def trace_origins(trace: Trace) -> Provenance:
    """Return where a trace comes from; of a Network and an array, that both are from Python."""
    origins = trace.provenance or Provenance(
        network=Origin("Python", "a network"), layers=write(trace.network.layers)
    )
    if origins.image is not None and origins.image.kind != "Python":
        return origins
    shape = "×".join(map(str, trace.input.values.shape))
    return replace(origins, image=Origin("Python", f"an image, {shape}"))


def image_name(origins: Provenance | None) -> str:
    """Return what an image is called: its file's name, or how an array's description begins.

    >>> image_name(Provenance("Python", image=Origin("Python", "an image: 2×2")))
    'an image'
    """
    origin = None if origins is None else origins.image
    if origin is None:
        return "image"
    if origin.kind == "Python":
        return origin.name.partition(": ")[0]
    return origin.name or origin.kind
