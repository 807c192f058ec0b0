"""The handwritten digits that cnncalc brings along: see cnncalc/data/DIGITS.md."""

from __future__ import annotations

import gzip
from importlib.resources import files

import numpy as np

from cnncalc.files.labelled import LabelledData
from cnncalc.training.dataset import make_dataset

__all__ = ["DARKEST", "read_digits"]

DARKEST = 16
TEST = 360
SCATTER = 1000


def read_digits() -> LabelledData:
    """Read the UCI optical digits: 1,797 of (8, 8, 1), from 0 for white to 16 for black.

    The last 360 are to test with. In the file they stand writer after writer; here the thousandth
    one follows each, so that every part has digits of every writer.
    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, CC BY 4.0, https://doi.org/10.24432/C50P49

    >>> digits = read_digits()
    >>> len(digits.training), len(digits.test), digits.training.input_shape
    (1437, 360, (8, 8, 1))
    """
    content = files("cnncalc").joinpath("data/digits.csv.gz").read_bytes()
    table = np.loadtxt(gzip.decompress(content).decode().splitlines(), np.uint8, delimiter=",")
    images = table[:, :-1].reshape(-1, 8, 8, 1)
    dataset = make_dataset(images, table[:, -1], [str(digit) for digit in range(10)])
    scattered = np.arange(len(dataset)) * SCATTER % len(dataset)
    return LabelledData(
        training=dataset.part(scattered[:-TEST]),
        test=dataset.part(scattered[-TEST:]),
        largest=DARKEST,
    )
