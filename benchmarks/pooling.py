"""Pools a photo of 12 megapixels with cnncalc and with PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.on_photos import (
    PHOTO,
    TINY,
    Array,
    Way,
    Work,
    before_cells,
    before_header,
    channels_first,
    color,
    photo,
    turns_by_case,
)
from benchmarks.reporting import Asked, program, table

MODES = ("max", "average", "l2")


class Case(NamedTuple):
    """A photo's (height, width) and channels; the pool's mode, size and stride."""

    size: tuple[int, int]
    channels: int
    mode: str
    pool: int
    stride: int
    dtype: str = "float32"

    def __str__(self) -> str:
        """Return what a table's line is called."""
        return (
            f"{color(self.channels)}, {self.mode} of {self.pool}×{self.pool}, stride {self.stride}"
        )


def by_cnncalc(case: Case) -> Work:
    """Return the work by the library's operation."""
    from cnncalc.geometry import geometry
    from cnncalc.ops.max_pooling import max_pool
    from cnncalc.ops.pooling import average_pool, l2_pool

    pool = {"max": max_pool, "average": average_pool, "l2": l2_pool}[case.mode]
    window = geometry(case.size, case.pool, case.stride)
    images = photo(case.size, case.channels, case.dtype)[np.newaxis]
    return lambda: pool(images, window)[0]


def by_pytorch(case: Case) -> Work:
    """Return the work by max_pool2d, avg_pool2d or lp_pool2d, the channels first."""
    import torch

    images = channels_first(case.size, case.channels, case.dtype)
    functional = torch.nn.functional
    pools = {
        "max": functional.max_pool2d,
        "average": functional.avg_pool2d,
        "l2": lambda images, *window: functional.lp_pool2d(images, 2, *window),
    }

    def work() -> Array:
        with torch.inference_mode():
            result = pools[case.mode](images, case.pool, case.stride)
        return np.asarray(result[0].permute(1, 2, 0))

    return work


CNNCALC: Way = ("cnncalc", by_cnncalc, ())
PYTORCH: Way = ("PyTorch", by_pytorch, ("torch",))


def photos(asked: Asked) -> Sequence[str]:
    """Measure grey and RGB photos in float32."""
    size = TINY if asked.tiny else PHOTO
    cases = [
        Case(size, channels, mode, pool, stride)
        for channels in (1, 3)
        for mode in MODES
        for pool, stride in ((2, 2), (3, 3), (3, 1))
    ]
    found = turns_by_case((CNNCALC, PYTORCH), cases, asked)
    rows = [
        (
            *(str(case), turns.seconds("cnncalc").scaled(1000)),
            *(turns.ratio("cnncalc", "PyTorch"), *before_cells(asked, turns)),
        )
        for case, turns in zip(cases, found, strict=True)
    ]
    header = ("", "cnncalc, ms", "PyTorch's time by ours (at least 1)", *before_header(asked))
    return [
        f"{size[0]}×{size[1]} numbers in float32, RGB three times as many.",
        table(header, rows),
    ]


PARTS = {"photos": photos}

if __name__ == "__main__":
    program("pooling", PARTS, against=True)
