"""One direction of a convolution in blocks: which cells a block sees, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from cnncalc.geometry import Axis

__all__ = ["BlockAxis"]


@dataclass(frozen=True)
class BlockAxis:
    """One direction of the blocks: how far one is from the next, and which cells it sees.

    Where blocks are `step` cells apart, the cells that neighbouring blocks meet are not neighbours
    in memory. Where it may `divide` them, the input's cells make `phases`, each of every step-th
    cell: within a phase they are. The window is rounded up to a whole number of phases; the kernel
    is 0 there, which for a window narrower than a step is most of it.

    >>> axis = BlockAxis(Axis(300, 5, 1, 1, 0, 0), pool=2, divide=True)
    >>> axis.blocks, axis.phases, axis.taps, axis.of_phase(1)
    (148, 2, 3, (slice(1, 301, 2), slice(0, 150, None)))
    """

    axis: Axis
    pool: int
    divide: bool

    @property
    def blocks(self) -> int:
        """How many whole blocks the outputs make."""
        return self.axis.output // self.pool

    @property
    def step(self) -> int:
        """The input cells from one block to the next."""
        return self.axis.stride * self.pool

    @property
    def phases(self) -> int:
        """How many phases the input's cells are divided into."""
        # Dilation spreads a window over the phases irregularly.
        return self.step if self.divide and self.axis.dilation == 1 else 1

    @property
    def taps(self) -> int:
        """The cells of the window in each phase."""
        return ceil(((self.pool - 1) * self.axis.stride + self.axis.kernel) / self.phases)

    @property
    def advance(self) -> int:
        """The cells of a phase from one block to the next."""
        return self.step // self.phases

    @property
    def length(self) -> int:
        """The cells of a phase that all blocks see together."""
        return (self.blocks - 1) * self.advance + (self.taps - 1) * self.axis.dilation + 1

    def met_by(self, tap: int) -> slice:
        """Return the cells of a phase that one tap of the window meets, block by block."""
        first = tap * self.axis.dilation
        return slice(first, first + (self.blocks - 1) * self.advance + 1, self.advance)

    def of_phase(self, phase: int) -> tuple[slice, slice]:
        """Return which cells of the input a phase holds, and where it holds them."""
        start = (phase - self.axis.before) % self.phases
        first = (start + self.axis.before) // self.phases
        count = len(range(start, self.axis.size, self.phases))
        count = max(0, min(count, self.length - first))
        return slice(start, start + count * self.phases, self.phases), slice(first, first + count)
