"""Where the numbers of a result came from: the record that goes with them into every file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cnncalc._version import __version__

__all__ = ["FIGURE_MARK", "OWN_MARK", "Kind", "Origin", "Provenance", "untrained"]

OWN_MARK = "Made by cnncalc"
"""How the description of a workbook that cnncalc wrote begins: its stored values are true."""

FIGURE_MARK = "A figure by cnncalc"
"""What a figure says of itself beside its pixels: these are no numbers of anyone's image."""

Kind = Literal[
    "file", "folder", "seed", "article", "standard input", "command", "built-in", "drawn", "Python"
]


@dataclass(frozen=True)
class Origin:
    """Where one thing came from: an image, a network, its weights, a kernel, data.

    `kind` is "file" (its `name`, without folders, and `sha256`; of a workbook the `sheet` and the
    `cells`), "folder" (its `name`, how many `images` were read of it, a `digest` of their
    names, labels and pixels), "seed" (weights that
    cnncalc drew from the `seed`), "article" (its grid's `name`), "standard input", "command"
    (written on the command line, as `name` says), "built-in" (data that cnncalc brings along, by
    its `name`), "drawn" (a variant's own numbers, drawn from the `seed` like those of `name`), or
    "Python" (an object in memory that a program handed over, as `name` describes it).
    `files` are the files in the folder, or beside the file, that were read with it.
    """

    kind: Kind
    name: str = ""
    sha256: str | None = None
    seed: int | None = None
    images: int | None = None
    digest: str | None = None
    sheet: str | None = None
    cells: str | None = None
    files: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """All that a result came from; nothing of it says when, by whom or on which machine.

    `command` is what was typed, files by their names without folders; `network` is None where
    none was named, `weights` is None where the network has none; a training has its
    `initial_weights`, of which it made others; `kernels` are a calculation's; `image` is what was
    calculated on, `data` what was trained or evaluated on. `layers` are the network's as they were
    calculated, in notation, which may have one more than was typed; `remarks` say what was made of
    the image, such as that it was resized, and what it is unlike; `version` is cnncalc's.
    """

    command: str = ""
    network: Origin | None = None
    weights: Origin | None = None
    initial_weights: Origin | None = None
    kernels: tuple[Origin, ...] = ()
    image: Origin | None = None
    data: Origin | None = None
    layers: str = ""
    remarks: tuple[str, ...] = ()
    version: str = __version__

    @property
    def untrained(self) -> str:
        """What stands for a class where cnncalc drew the weights itself; else empty.

        >>> Provenance(weights=Origin("seed", seed=7)).untrained
        'untrained (seed 7)'
        """
        seed = self.drawn_from
        return "" if seed is None else untrained(seed)

    @property
    def drawn_from(self) -> int | None:
        """The seed that the weights were drawn from; None where they came from elsewhere."""
        return self.weights.seed if self.weights and self.weights.kind == "seed" else None

    @property
    def is_of_article(self) -> bool:
        """Whether the image is a grid of the article's."""
        return self.image is not None and self.image.kind == "article"

    @property
    def of_training(self) -> Provenance:
        """The same for a training, whose weights these were in the beginning."""
        return replace(self, weights=None, initial_weights=self.weights)

    @property
    def before_training(self) -> Provenance:
        """The same for a training's first step, which still has the initial weights."""
        return replace(self, weights=self.initial_weights, initial_weights=None)


def untrained(seed: int) -> str:
    """Return what stands for a class that untrained weights would name."""
    return f"untrained (seed {seed})"
