"""Output sizes and window positions, in Python integers only.

Every other room asks here: arithmetic, display and formulas share one rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnncalc.errors import OptionError, ShapeError, received
from cnncalc.shapes import Pads, Size, normalize_padding, pair, whole_number, whole_numbers

__all__ = ["Axis", "Geometry", "axis", "geometry", "output_size"]

# 8 GiB of float64: a slip of the keyboard must not stop the machine.
MOST_CELLS = 2**30


@dataclass(frozen=True)
class Axis:
    """One direction, vertical or horizontal, of a window that slides over an input.

    Arguments: `size` of the input, `kernel` size, `stride` and `dilation` in cells, and the
    cells of padding `before` and `after` the input.

    >>> Axis(size=32, kernel=3, stride=1, dilation=1, before=0, after=0).output
    30
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def padded(self) -> int:
        """The input's size with its padding."""
        return self.before + self.size + self.after

    @property
    def window(self) -> int:
        """The cells a dilated kernel spans: D(F − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> int:
        """The number of window positions: floor((W − F + 2P) / S) + 1."""
        return (self.padded - self.window) // self.stride + 1

    @property
    def uncovered(self) -> int:
        """The cells at the end of the padded input that no window reaches."""
        return (self.padded - self.window) % self.stride

    @property
    def formula(self) -> str:
        """The output size written out with its numbers, floored where it does not come out.

        >>> Axis(size=5, kernel=2, stride=2, dilation=1, before=1, after=1).formula
        '⌊(5 − 2 + 2×1) / 2⌋ + 1 = 3'
        """
        window = str(self.window)
        if self.dilation > 1 and self.kernel > 1:
            window = f"({self.dilation}×({self.kernel} − 1) + 1)"
        pads = f"{self.before} + {self.after}" if self.before != self.after else f"2×{self.before}"
        inner = f"({self.size} − {window} + {pads}) / {self.stride}"
        if self.uncovered:
            inner = f"⌊{inner}⌋"
        return f"{inner} + 1 = {self.output}"

    def covered_by(self, position: int) -> range:
        """Return the padded input's indices under the window at one output position."""
        start = position * self.stride
        return range(start, start + self.window, self.dilation)


@dataclass(frozen=True)
class Geometry:
    """How a window slides over a (height, width) input: one `Axis` a direction."""

    vertical: Axis
    horizontal: Axis

    @property
    def input(self) -> Size:
        """The (height, width) of the input without padding."""
        return Size(self.vertical.size, self.horizontal.size)

    @property
    def padded(self) -> Size:
        """The (height, width) of the input with its padding."""
        return Size(self.vertical.padded, self.horizontal.padded)

    @property
    def kernel(self) -> Size:
        """The (height, width) of the kernel, without dilation."""
        return Size(self.vertical.kernel, self.horizontal.kernel)

    @property
    def output(self) -> Size:
        """The (height, width) of the result."""
        return Size(self.vertical.output, self.horizontal.output)

    @property
    def strides(self) -> Size:
        """The steps of the window, vertical first."""
        return Size(self.vertical.stride, self.horizontal.stride)

    @property
    def dilation_rate(self) -> Size:
        """The distance between the kernel's cells, vertical first."""
        return Size(self.vertical.dilation, self.horizontal.dilation)

    @property
    def pads(self) -> Pads:
        """The zeros added on each side."""
        down, across = self.vertical, self.horizontal
        return Pads(down.before, down.after, across.before, across.after)

    @property
    def unreached(self) -> str:
        """What no window reaches, in words; empty where that is nothing.

        >>> geometry((5, 6), 3, strides=(3, 4)).unreached
        'the last 2 rows and the last 3 columns'
        """
        counts = ((self.vertical.uncovered, "row"), (self.horizontal.uncovered, "column"))
        parts = (name if count == 1 else f"{count} {name}s" for count, name in counts if count)
        return " and ".join(f"the last {part}" for part in parts)


def geometry(
    input_size: Sequence[int],
    kernel_size: int | Sequence[int],
    strides: int | Sequence[int] = 1,
    padding: str | int | Sequence[int] | Sequence[Sequence[int]] = "valid",
    dilation_rate: int | Sequence[int] = 1,
) -> Geometry:
    """Work out how a window slides over an input.

    Arguments: `input_size` (height, width) in cells; `kernel_size`, `strides` and `dilation_rate`
    as one number or (vertical, horizontal); `padding` in any form `normalize_padding` takes.
    Returns the geometry, its output at least 1×1.
    Raises ShapeError where the window is larger than the padded input.

    >>> geometry((17, 4), (1, 2), padding=(0, 1)).output
    Size(height=17, width=5)
    """
    size = pair(input_size, "input_size")
    kernel = pair(kernel_size, "kernel_size")
    stride = pair(strides, "strides")
    dilation = pair(dilation_rate, "dilation_rate")
    pads = normalize_padding(padding)
    axes = [
        _axis(
            size[i],
            kernel[i],
            stride[i],
            dilation[i],
            pads if isinstance(pads, str) else (pads[2 * i], pads[2 * i + 1]),
        )
        for i in (0, 1)
    ]
    result = Geometry(*axes)
    _require_room(result)
    return result


def _axis(
    size: int, kernel: int, stride: int, dilation: int, padding: str | tuple[int, int]
) -> Axis:
    if padding == "valid":
        padding = (0, 0)
    if padding == "same":
        window = dilation * (kernel - 1) + 1
        total = max((-(-size // stride) - 1) * stride + window - size, 0)
        padding = (total // 2, total - total // 2)
    return Axis(size, kernel, stride, dilation, int(padding[0]), int(padding[1]))


def _require_room(shape: Geometry) -> None:
    down, across = shape.vertical, shape.horizontal
    if down.padded * across.padded > MOST_CELLS:
        message = (
            f"an input with its padding must have at most {MOST_CELLS:,} cells. "
            f"Received: {down.padded}×{across.padded}"
        )
        raise ShapeError(message)
    if down.window > down.padded or across.window > across.padded:
        raise ShapeError(
            _room_message(
                f"{down.window}×{across.window}", f"{down.padded}×{across.padded}", any(shape.pads)
            )
        )


def _room_message(window: str, padded: str, has_padding: bool) -> str:
    where = " with its padding" if has_padding else ""
    return (
        "the window must fit into the input. "
        f"Received: a window of {window} on an input of {padded}{where}"
    )


def output_size(
    size: int,
    kernel_size: int,
    padding: str | int | Sequence[int] = 0,
    strides: int = 1,
    dilation_rate: int = 1,
) -> int:
    """Return the output size of a convolution or pooling along one direction.

    Arguments: the input's `size`, `kernel_size`, `padding` on either side (or "valid", "same", or
    (before, after)), `strides` and `dilation_rate`, all in cells.
    Returns floor((W − F + 2P) / S) + 1, with D(F − 1) + 1 for F where dilated.
    Raises OptionError for numbers out of range, ShapeError for a window that does not fit.

    >>> output_size(32, 3, padding=0, strides=1)
    30
    """
    return axis(size, kernel_size, padding, strides, dilation_rate).output


def axis(
    size: int,
    kernel_size: int,
    padding: str | int | Sequence[int] = 0,
    strides: int = 1,
    dilation_rate: int = 1,
) -> Axis:
    """Return the `Axis` that `output_size` reads its answer from; the same arguments and errors.

    >>> axis(7, 2, strides=2).uncovered
    1
    """
    result = _axis(
        whole_number(size, "size"),
        whole_number(kernel_size, "kernel_size"),
        whole_number(strides, "strides"),
        whole_number(dilation_rate, "dilation_rate"),
        _before_and_after(padding),
    )
    if result.window > result.padded:
        has_padding = result.padded > result.size
        raise ShapeError(_room_message(f"{result.window}", f"{result.padded}", has_padding))
    return result


def _before_and_after(padding: object) -> str | tuple[int, int]:
    """Return the padding of one direction as "valid", "same" or two numbers."""
    if isinstance(padding, str) and padding in ("valid", "same"):
        return padding
    numbers = whole_numbers(padding)
    if len(numbers) not in (1, 2) or min(numbers) < 0:
        message = 'padding must be "valid", "same", or 1 or 2 whole numbers of at least 0 '
        raise OptionError(message + f"(before,after). Received: padding={received(padding)}")
    return numbers[0], numbers[-1]
