"""The same volumes again for every step and sample: under names of their own.

Layers draw their forward and backward pass without knowing of steps and samples. Here, what they
name, and what their formulas look up, gets the step and the sample that it is drawn for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnncalc.views.workbook.plan import STAY, Block, Quantity, Reference, Step
from cnncalc.views.workbook.stages.gradients.quantities import is_shared
from cnncalc.views.workbook.stages.volumes import Finder, Index, Volume

__all__ = ["Scope"]


@dataclass(frozen=True)
class Scope:
    """A step, counted from 1, and a sample of its batch, counted from 0; None for all of them."""

    step: int
    sample: int | None = None

    def quantity(self, local: Quantity) -> Quantity:
        """Return the name that a quantity has in a training.

        >>> Scope(2, 0).quantity(Quantity("stage", "conv2d", "convolution"))[3:]
        (2, 0)
        >>> Scope(2, 0).quantity(Quantity("weight", "conv2d", "kernel"))[3:]
        (2, None)
        """
        if is_shared(local):
            return local._replace(step=self.step)
        # Sums over a batch name the samples themselves.
        sample = self.sample if local.sample is None else local.sample
        return local._replace(step=self.step, sample=sample)

    def volume(self, local: Volume) -> Volume:
        """Return a volume for this step and sample."""

        def draw(index: Index, find: Finder) -> tuple[Block, ...]:
            own = _ScopedFinder(find.places, find.sheet, self)
            return tuple(
                replace(block, quantity=self.quantity(block.quantity))
                for block in local.draw(index, own)
            )

        return replace(local, quantity=self.quantity(local.quantity), draw=draw)


@dataclass(frozen=True)
class _ScopedFinder(Finder):
    """Finds what a layer names, in the step and the sample that it is drawn for."""

    scope: Scope

    def __call__(
        self,
        quantity: Quantity,
        index: Index,
        size: tuple[int, int] = (1, 1),
        steps: tuple[Step, Step] = (STAY, STAY),
    ) -> Reference:
        return super().__call__(self.scope.quantity(quantity), index, size, steps)
