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
    in memory. So the input is dealt out into `hands`, each with every step-th cell: within a hand
    they are. The window is rounded up to a whole number of hands; the kernel is 0 there.
    """

    axis: Axis
    pool: int
    deal: bool

    @property
    def blocks(self) -> int:
        """How many whole blocks the outputs make."""
        return self.axis.output // self.pool

    @property
    def step(self) -> int:
        """The input cells from one block to the next."""
        return self.axis.stride * self.pool

    @property
    def hands(self) -> int:
        """How many hands the input's cells are dealt out into."""
        # Dilation spreads a window over the hands irregularly.
        return self.step if self.deal and self.axis.dilation == 1 else 1

    @property
    def taps(self) -> int:
        """The cells of the window in each hand."""
        return ceil(((self.pool - 1) * self.axis.stride + self.axis.kernel) / self.hands)

    @property
    def advance(self) -> int:
        """The cells of a hand from one block to the next."""
        return self.step // self.hands

    @property
    def length(self) -> int:
        """The cells of a hand that all blocks see together."""
        return (self.blocks - 1) * self.advance + (self.taps - 1) * self.axis.dilation + 1

    def met_by(self, tap: int) -> slice:
        """Return the cells of a hand that one tap of the window meets, block by block."""
        first = tap * self.axis.dilation
        return slice(first, first + (self.blocks - 1) * self.advance + 1, self.advance)

    def dealt(self, hand: int) -> tuple[slice, slice]:
        """Return which cells of the input a hand holds, and where it holds them."""
        start = (hand - self.axis.before) % self.hands
        first = (start + self.axis.before) // self.hands
        count = len(range(start, self.axis.size, self.hands))
        count = max(0, min(count, self.length - first))
        return slice(start, start + count * self.hands, self.hands), slice(first, first + count)
