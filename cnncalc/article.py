"""The article's cases as data: grids, layers, weights, and the numbers that the article prints.

The article, of 2017, explains convolutional networks with a spreadsheet. Its outputs are rounded
to one decimal. Where it prints no numbers, the expected ones were worked out by hand and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnncalc.layers import AveragePooling2D, Combine, Conv2D, L2Pooling2D, Layer, MaxPooling2D

__all__ = ["CASES", "GRIDS", "Case", "Expected"]

Grid = tuple[tuple[float, ...], ...]

# fmt: off
DIGIT4_FIRST = (
    (25, 2, 1, 44),
    (223, 7, 6, 60),
    (196, 8, 2, 148),
    (249, 1, 3, 40),
    (60, 7, 1, 154),
    (59, 1, 7, 213),
    (214, 7, 3, 163),
    (89, 182, 219, 13),
    (74, 146, 113, 72),
    (89, 18, 244, 85),
    (1, 4, 8, 97),
    (3, 4, 2, 121),
    (2, 1, 2, 131),
    (7, 6, 8, 47),
    (3, 5, 5, 126),
    (7, 6, 8, 121),
    (5, 3, 1, 237),
)

DIGIT4 = (
    (86, 4, 8, 184),
    (252, 3, 8, 40),
    (34, 7, 7, 163),
    (105, 2, 3, 69),
    (56, 3, 8, 175),
    (126, 1, 2, 178),
    (163, 8, 4, 142),
    (22, 222, 74, 180),
    (163, 158, 204, 253),
    (245, 98, 85, 180),
    (1, 5, 1, 98),
    (4, 2, 8, 90),
    (7, 8, 1, 235),
    (2, 1, 3, 217),
    (3, 6, 5, 97),
    (6, 5, 8, 79),
    (8, 8, 5, 133),
)

IMAGE_6X6 = (
    (18, 54, 51, 239, 244, 188),
    (55, 121, 75, 78, 95, 88),
    (35, 24, 204, 113, 109, 221),
    (3, 154, 104, 235, 25, 130),
    (15, 253, 225, 159, 78, 233),
    (68, 85, 180, 214, 245, 0),
)

CASE1 = (
    (75, 6, 3, 132),
    (669, 21, 18, 180),
    (588, 24, 6, 444),
    (747, 3, 9, 120),
    (180, 21, 3, 462),
    (177, 3, 21, 639),
    (642, 21, 9, 489),
    (267, 546, 657, 39),
    (222, 438, 339, 216),
    (267, 54, 732, 255),
    (3, 12, 24, 291),
    (9, 12, 6, 363),
    (6, 3, 6, 393),
    (21, 18, 24, 141),
    (9, 15, 15, 378),
    (21, 18, 24, 363),
    (15, 9, 3, 711),
)

CASE2 = (
    (87.2, 6.4, 63.2),
    (252.9, 5.4, 20),
    (36.1, 9.1, 55.9),
    (105.6, 2.9, 23.7),
    (56.9, 5.4, 60.5),
    (126.3, 1.6, 55.4),
    (165.4, 9.2, 46.6),
    (88.6, 244.2, 128),
    (210.4, 219.2, 279.9),
    (274.4, 123.5, 139),
    (2.5, 5.3, 30.4),
    (4.6, 4.4, 35),
    (9.4, 8.3, 71.5),
    (2.3, 1.9, 68.1),
    (4.8, 7.5, 34.1),
    (7.5, 7.4, 31.7),
    (10.4, 9.5, 44.9),
)

CASE3 = (
    (25.8, 87.2, 6.4, 63.2, 184),
    (75.6, 252.9, 5.4, 20, 40),
    (10.2, 36.1, 9.1, 55.9, 163),
    (31.5, 105.6, 2.9, 23.7, 69),
    (16.8, 56.9, 5.4, 60.5, 175),
    (37.8, 126.3, 1.6, 55.4, 178),
    (48.9, 165.4, 9.2, 46.6, 142),
    (6.6, 88.6, 244.2, 128, 180),
    (48.9, 210.4, 219.2, 279.9, 253),
    (73.5, 274.4, 123.5, 139, 180),
    (0.3, 2.5, 5.3, 30.4, 98),
    (1.2, 4.6, 4.4, 35, 90),
    (2.1, 9.4, 8.3, 71.5, 235),
    (0.6, 2.3, 1.9, 68.1, 217),
    (0.9, 4.8, 7.5, 34.1, 97),
    (1.8, 7.5, 7.4, 31.7, 79),
    (2.4, 10.4, 9.5, 44.9, 133),
)

CASE4_SECOND = (
    (28.6, 40.4, 920.8),
    (40.2, 40.3, 200.8),
    (38.4, 35.7, 815.7),
    (20.5, 15.2, 345.3),
    (20.6, 40.3, 875.8),
    (17.6, 10.1, 890.2),
    (56.3, 20.8, 710.4),
    (1112.2, 392.2, 907.4),
    (806.3, 1035.8, 1285.4),
    (514.5, 434.8, 908.5),
    (25.1, 5.5, 490.1),
    (10.4, 40.2, 450.8),
    (40.7, 5.8, 1175.1),
    (5.2, 15.1, 1085.3),
    (30.3, 25.6, 485.5),
    (25.6, 40.5, 395.8),
    (40.8, 25.8, 665.5),
)

CASE5 = (
    (219.2, 23.9, 147.2),
    (283.9, 22.9, 349.5),
    (92.6, 16.1, 195.4),
    (139.6, 20.4, 377.7),
    (121.9, 9.9, 417.5),
    (223.8, 13.6, 341.4),
    (620.4, 268.2, 443.6),
    (486.1, 731.2, 736),
    (528.9, 438.2, 682.4),
    (284.9, 128, 335.5),
    (8.5, 22.3, 214.4),
    (24.1, 10.4, 505.5),
    (12.4, 14.8, 507),
    (15.8, 14.9, 264.6),
    (17.8, 26, 196.1),
    (27.5, 21.4, 300.2),
)

CONVOLVED_6X6 = (
    (429, 505, 686, 856),
    (261, 792, 412, 640),
    (633, 653, 851, 751),
    (608, 913, 713, 657),
)

MAX_POOLED_6X6 = (
    (792, 856),
    (913, 851),
)

# fmt: on

# A made-up image and filters for the volume case: the article gives their sizes alone.
IMAGE_32X32X3 = tuple(
    tuple(
        tuple((7 * row + 3 * column + 50 * channel) % 256 for channel in range(3))
        for column in range(32)
    )
    for row in range(32)
)
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

GRIDS: Mapping[str, Any] = {
    "digit4-first": DIGIT4_FIRST,
    "digit4": DIGIT4,
    "6x6": IMAGE_6X6,
    "5x5": tuple(row[:5] for row in IMAGE_6X6[:5]),
    "32x32x3": IMAGE_32X32X3,
}


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
