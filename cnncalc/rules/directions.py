"""How the inputs of a layer are wired to its outputs in one direction: rows, columns or channels.

All numbers are Python's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cnncalc.geometry import Axis

__all__ = [
    "Copies",
    "Direction",
    "Groups",
    "OneToOne",
    "Picked",
    "Position",
    "SideBySide",
    "Tap",
    "Window",
]

Position = tuple[int, ...]


class Tap(NamedTuple):
    """What is at the other end of a wire in one direction.

    `at` tells where; `weight` is the direction's share of the index of the weight on the wire.
    """

    at: int
    weight: Position = ()


class Direction(Protocol):
    """The wires in one direction of a layer.

    `sees` goes on by its rule for outputs that there aren't, as if the input had no edge; what it
    tells below 0 or from `inputs` on is padding.
    """

    @property
    def inputs(self) -> int:
        """How many inputs there are, without padding."""

    @property
    def outputs(self) -> int:
        """How many outputs there are."""

    @property
    def period(self) -> int:
        """After how many outputs what they see comes back, further on."""

    @property
    def rank(self) -> int:
        """How many numbers of a weight's index are this direction's."""

    def sees(self, output: int) -> Sequence[Tap]:
        """Return the inputs that an output sees, those of padding among them, in order."""

    def seen_by(self, index: int) -> Sequence[Tap]:
        """Return the outputs that see an input, in order."""

    def joined_by(self, weight: Position) -> Sequence[tuple[int, int]]:
        """Return each (input, output) whose wire lies on a weight, output by output."""


@dataclass(frozen=True)
class OneToOne:
    """Each output sees the input of its own number."""

    inputs: int
    period = 1
    rank = 0

    @property
    def outputs(self) -> int:
        """As many as there are inputs."""
        return self.inputs

    def sees(self, output: int) -> tuple[Tap]:
        """Return the output's own number."""
        return (Tap(output),)

    def seen_by(self, index: int) -> tuple[Tap]:
        """Return the input's own number."""
        return (Tap(index),)

    def joined_by(self, weight: Position) -> tuple[tuple[int, int], ...]:
        """Return all pairs: one weight serves them all."""
        return tuple((index, index) for index in range(self.inputs))


@dataclass(frozen=True)
class Window:
    """Each output sees the cells under a window that slides over the input and its padding.

    >>> window = Window(Axis(size=4, kernel=2, stride=2, dilation=1, before=1, after=1))
    >>> [[tap.at for tap in window.sees(output)] for output in range(window.outputs)]
    [[-1, 0], [1, 2], [3, 4]]
    """

    axis: Axis
    period = 1
    rank = 1

    @property
    def inputs(self) -> int:
        """The cells without padding."""
        return self.axis.size

    @property
    def outputs(self) -> int:
        """The positions of the window."""
        return self.axis.output

    def sees(self, output: int) -> tuple[Tap, ...]:
        """Return the cells under the window, each with the cell of the kernel on it."""
        covered = enumerate(self.axis.covered_by(output))
        return tuple(Tap(padded - self.axis.before, (cell,)) for cell, padded in covered)

    def seen_by(self, index: int) -> tuple[Tap, ...]:
        """Return the positions of the window at which a cell of the kernel lies on the input."""
        axis = self.axis
        # The later a cell in the kernel, the earlier the window's position.
        found = (
            (*divmod(index + axis.before - cell * axis.dilation, axis.stride), cell)
            for cell in reversed(range(axis.kernel))
        )
        return tuple(
            Tap(output, (cell,))
            for output, rest, cell in found
            if not rest and 0 <= output < axis.output
        )

    def joined_by(self, weight: Position) -> tuple[tuple[int, int], ...]:
        """Return what a cell of the kernel lies on at each position of the window."""
        (cell,) = weight
        return tuple((self.sees(output)[cell].at, output) for output in range(self.outputs))


@dataclass(frozen=True)
class Groups:
    """Each output sees all inputs of its own group; there may be one group of all.

    A weight's index is the input's place in its group, and the output.

    >>> [[tap.at for tap in Groups(4, 2, groups=2).sees(output)] for output in (0, 1)]
    [[0, 1], [2, 3]]
    """

    inputs: int
    outputs: int
    groups: int = 1
    period = 1
    rank = 2

    def sees(self, output: int) -> tuple[Tap, ...]:
        """Return the inputs of the output's group."""
        depth, group = self.inputs // self.groups, output * self.groups // self.outputs
        first = group % self.groups * depth
        return tuple(Tap(first + place, (place, output)) for place in range(depth))

    def seen_by(self, index: int) -> tuple[Tap, ...]:
        """Return the outputs of the input's group."""
        group, place = divmod(index, self.inputs // self.groups)
        size = self.outputs // self.groups
        in_group = range(group * size, (group + 1) * size)
        return tuple(Tap(output, (place, output)) for output in in_group)

    def joined_by(self, weight: Position) -> tuple[tuple[int, int], ...]:
        """Return the one pair of a weight."""
        place, output = weight
        return ((self.sees(output)[place].at, output),)


@dataclass(frozen=True)
class Copies:
    """Each input is seen by as many outputs as there are `copies`, side by side.

    A weight's index is the input, and which copy of it the output is.

    >>> [tap.at for tap in Copies(3, copies=2).seen_by(1)]
    [2, 3]
    """

    inputs: int
    copies: int
    rank = 2

    @property
    def outputs(self) -> int:
        """The copies of all inputs."""
        return self.inputs * self.copies

    @property
    def period(self) -> int:
        """After as many outputs the next input comes."""
        return self.copies

    def sees(self, output: int) -> tuple[Tap]:
        """Return the input that the output is a copy of."""
        index, copy = divmod(output, self.copies)
        return (Tap(index, (index, copy)),)

    def seen_by(self, index: int) -> tuple[Tap, ...]:
        """Return the copies of an input."""
        first = index * self.copies
        return tuple(Tap(first + copy, (index, copy)) for copy in range(self.copies))

    def joined_by(self, weight: Position) -> tuple[tuple[int, int], ...]:
        """Return the one pair of a weight."""
        index, copy = weight
        return ((index, index * self.copies + copy),)


@dataclass(frozen=True)
class Picked:
    """Each output is one of the inputs; those that are not `chosen` are seen by none.

    >>> [tap.at for tap in Picked(4, (1, 3)).sees(1)], Picked(4, (1, 3)).seen_by(2)
    ([3], ())
    """

    inputs: int
    chosen: tuple[int, ...]
    period = 1
    rank = 0

    @property
    def outputs(self) -> int:
        """As many as are chosen."""
        return len(self.chosen)

    def sees(self, output: int) -> tuple[Tap]:
        """Return the input that was chosen."""
        return (Tap(self.chosen[output]),)

    def seen_by(self, index: int) -> tuple[Tap, ...]:
        """Return the output that the input was chosen for, if it was."""
        return tuple(Tap(output) for output, chosen in enumerate(self.chosen) if chosen == index)

    def joined_by(self, weight: Position) -> tuple[tuple[int, int], ...]:
        """Return all pairs: one weight serves them all."""
        return tuple((index, output) for output, index in enumerate(self.chosen))


@dataclass(frozen=True)
class SideBySide:
    """Each output sees the input of its own number in each of the parts that stand side by side.

    >>> [tap.at for tap in SideBySide(outputs=3, parts=2).sees(1)]
    [1, 4]
    """

    outputs: int
    parts: int
    period = 1
    rank = 0

    @property
    def inputs(self) -> int:
        """Those of all parts."""
        return self.outputs * self.parts

    def sees(self, output: int) -> tuple[Tap, ...]:
        """Return the output's own number in each part."""
        return tuple(Tap(part * self.outputs + output) for part in range(self.parts))

    def seen_by(self, index: int) -> tuple[Tap]:
        """Return the input's own number in its part."""
        return (Tap(index % self.outputs),)

    def joined_by(self, weight: Position) -> tuple[tuple[int, int], ...]:
        """Return all pairs: one weight serves them all."""
        return tuple((index, index % self.outputs) for index in range(self.inputs))
