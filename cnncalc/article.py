"""The article's cases as data: grids, layers, weights, and the numbers that the article prints.

The article, of 2017, explains convolutional networks with a spreadsheet. Its outputs are rounded
to one decimal. Where it prints no numbers, the expected ones were worked out by hand and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnncalc.article_grids import (
    CASE1,
    CASE2,
    CASE3,
    CASE4_SECOND,
    CASE5,
    CONVOLVED_6X6,
    GRIDS,
    MAX_POOLED_6X6,
)
from cnncalc.layers import AveragePooling2D, Combine, Conv2D, L2Pooling2D, Layer, MaxPooling2D

__all__ = ["CASES", "CLASS_NAMES", "GRIDS", "LISTING", "MISMATCH", "Case", "Expected"]

Grid = tuple[tuple[float, ...], ...]

# Made-up filters for the volume case: the article gives their sizes alone.
FILTERS_5X5X3 = [
    [
        [
            [(row + 2 * column + 3 * channel + filter_) % 5 - 2 for filter_ in range(10)]
            for channel in range(3)
        ]
        for column in range(5)
    ]
    for row in range(5)
]


@dataclass(frozen=True)
class Expected:
    """What a case must give: a stage's numbers, one channel of it, or its shape alone.

    `layer` and `stage` name it; `decimals` is how far the numbers were rounded; `source` says
    who worked them out, "the article" or "a calculation by hand".
    """

    layer: str
    stage: str
    values: Grid = ()
    channel: int = 0
    shape: tuple[int, ...] = ()
    decimals: int = 1
    source: str = "the article"


@dataclass(frozen=True)
class Case:
    """One worked example: its name for the command line, what it shows, and its calculation."""

    name: str
    title: str
    sentence: str
    grid: str
    layers: tuple[Layer, ...]
    weights: tuple[Mapping[str, Any], ...]
    expected: tuple[Expected, ...]


def _kernels(*kernels: Grid) -> Mapping[str, Any]:
    """Stack 2-D kernels in Keras's (height, width, 1, filters)."""
    height, width = len(kernels[0]), len(kernels[0][0])
    return {
        "kernel": [
            [[[kernel[i][j] for kernel in kernels]] for j in range(width)] for i in range(height)
        ]
    }


def _convolution(kernel: Grid, **options: Any) -> Conv2D:  # noqa: ANN401 (Conv2D's own)
    return Conv2D(1, (len(kernel), len(kernel[0])), use_bias=False, **options)


ONE_WEIGHT = ((3,),)

TWO_WEIGHTS = ((1, 0.3),)

OTHER_TWO_WEIGHTS = ((0.1, 5),)

WEIGHT_2X2 = ((1, 0.3), (0.5, 2))

WEIGHT_3X3 = ((1, 0, 1), (0, 1, 0), (1, 0, 1))

_TO_6X6 = (_convolution(WEIGHT_3X3), _kernels(WEIGHT_3X3))

CASES: tuple[Case, ...] = (
    Case(
        "1",
        "One weight",
        "Each pixel times one weight, 3: the image keeps its shape and grows darker.",
        "digit4-first",
        (_convolution(ONE_WEIGHT),),
        (_kernels(ONE_WEIGHT),),
        (Expected("conv2d", "convolution", CASE1),),
    ),
    Case(
        "2",
        "Two weights, slid across",
        "Two weights (1, 0.3) take two neighbouring pixels at a time: a column is lost.",
        "digit4",
        (_convolution(TWO_WEIGHTS),),
        (_kernels(TWO_WEIGHTS),),
        (Expected("conv2d", "convolution", CASE2),),
    ),
    Case(
        "3",
        "The same, with padding",
        "A column of zeros on either side: the pixels at the edge count as often as the others.",
        "digit4",
        (_convolution(TWO_WEIGHTS, padding=(0, 1)),),
        (_kernels(TWO_WEIGHTS),),
        (Expected("conv2d", "convolution", CASE3),),
    ),
    Case(
        "4",
        "Two filters",
        "Two filters, (1, 0.3) and (0.1, 5), see different things; their outputs are combined.",
        "digit4",
        (Conv2D(2, (1, 2), use_bias=False), Combine("sum")),
        (_kernels(TWO_WEIGHTS, OTHER_TWO_WEIGHTS), {}),
        (
            Expected("conv2d", "convolution", CASE2),
            Expected("conv2d", "convolution", CASE4_SECOND, channel=1),
        ),
    ),
    Case(
        "5",
        "A weight of 2×2",
        "A weight with two rows sees what is above and below, too.",
        "digit4",
        (_convolution(WEIGHT_2X2),),
        (_kernels(WEIGHT_2X2),),
        (Expected("conv2d", "convolution", CASE5),),
    ),
    Case(
        "6x6",
        "A 6×6 image and a 3×3 weight",
        "The 3×3 weight fits in 4×4 places; each of the nine pixels is multiplied and summed.",
        "6x6",
        (_TO_6X6[0],),
        (_TO_6X6[1],),
        (Expected("conv2d", "convolution", CONVOLVED_6X6, decimals=0),),
    ),
    Case(
        "stride",
        "Stride 2",
        "The weight moves two pixels at a time over the top left 5×5: the result halves.",
        "5x5",
        (_convolution(WEIGHT_3X3, strides=2),),
        (_kernels(WEIGHT_3X3),),
        (Expected("conv2d", "convolution", ((429, 686), (633, 851)), decimals=0),),
    ),
    Case(
        "same",
        "Same padding",
        "A ring of zeros makes the 6×6 image 8×8, and the output 6×6 again.",
        "6x6",
        (_convolution(WEIGHT_3X3, padding="same"),),
        (_kernels(WEIGHT_3X3),),
        (
            Expected("conv2d", "padded input", shape=(8, 8, 1)),
            Expected("conv2d", "convolution", shape=(6, 6, 1)),
        ),
    ),
    Case(
        "volume",
        "A volume",
        "Ten filters of 5×5×3 make an activation map of 28×28×10 of an image of 32×32×3.",
        "32x32x3",
        (Conv2D(10, 5, use_bias=False),),
        ({"kernel": FILTERS_5X5X3},),
        (Expected("conv2d", "convolution", shape=(28, 28, 10)),),
    ),
    Case(
        "max",
        "Max pooling",
        "The largest number of each 2×2 block, stride 2: a quarter is left of the 4×4 output.",
        "6x6",
        (_TO_6X6[0], MaxPooling2D(2)),
        (_TO_6X6[1], {}),
        (
            Expected("conv2d", "convolution", CONVOLVED_6X6, decimals=0),
            Expected("max_pooling2d", "pooling", MAX_POOLED_6X6, decimals=0),
        ),
    ),
    Case(
        "average",
        "Average pooling",
        "The mean of each 2×2 block instead.",
        "6x6",
        (_TO_6X6[0], AveragePooling2D(2)),
        (_TO_6X6[1], {}),
        (
            Expected(
                "average_pooling2d",
                "pooling",
                ((496.75, 648.5), (701.75, 743)),
                decimals=2,
                source="a calculation by hand",
            ),
        ),
    ),
    Case(
        "l2",
        "L2 pooling",
        "The square root of the sum of squares of each 2×2 block.",
        "6x6",
        (_TO_6X6[0], L2Pooling2D(2)),
        (_TO_6X6[1], {}),
        (
            Expected(
                "l2_pooling2d",
                "pooling",
                ((1065.1, 1335.2), (1424.9, 1492.7)),
                source="a calculation by hand",
            ),
        ),
    ),
    Case(
        "outsize",
        "The output's size",
        "([W − F + 2P] / S) + 1 with W = 32, F = 3, P = 0, S = 1 is 30; ten filters: 30×30×10.",
        "32x32x3",
        (Conv2D(10, 3, use_bias=False),),
        ({"kernel": [[layer[:3] for layer in row[:3]] for row in FILTERS_5X5X3[:3]]},),
        (Expected("conv2d", "convolution", shape=(30, 30, 10)),),
    ),
)


LISTING = """
model = Sequential()
model.add(Conv2D(10, (5, 5), strides=(1, 1), padding="valid", data_format="channels_last",
                 activation="relu", input_shape=(300, 300, 3)))
model.add(MaxPooling2D(pool_size=2))
model.add(Flatten())
model.add(Dense(2, activation="softmax"))
"""

CLASS_NAMES = ("cat", "dog")

MISMATCH = (
    "The article disagrees with itself here: its code has Dense(2), (219,040 + 1) × 2 = 438,082 "
    "parameters and 438,842 in all; the summary it prints has Dense(1), 219,041 and 219,801 in all."
)
