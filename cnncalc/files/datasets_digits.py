"""The handwritten digits that cnncalc brings along: see cnncalc/data/DIGITS.md."""

from __future__ import annotations

import gzip
from importlib.resources import files

import numpy as np

from cnncalc.files.labelled import LabelledData
from cnncalc.training.dataset import make_dataset

__all__ = ["DARKEST", "read_digits"]

DARKEST = 16


def read_digits() -> LabelledData:
    """Read the UCI optical digits: 1,797 of (8, 8, 1), from 0 for white to 16 for black.

    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, CC BY 4.0, https://doi.org/10.24432/C50P49

    >>> digits = read_digits().training
    >>> len(digits), digits.input_shape, digits.class_names[:3]
    (1797, (8, 8, 1), ('0', '1', '2'))
    """
    content = files("cnncalc").joinpath("data/digits.csv.gz").read_bytes()
    table = np.loadtxt(gzip.decompress(content).decode().splitlines(), np.uint8, delimiter=",")
    images = table[:, :-1].reshape(-1, 8, 8, 1)
    dataset = make_dataset(images, table[:, -1], [str(digit) for digit in range(10)])
    return LabelledData(dataset, largest=DARKEST)
