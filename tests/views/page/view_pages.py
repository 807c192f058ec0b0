"""What the tests of the view point at: pages by their command lines, and cells of them."""

from __future__ import annotations

import numpy as np
from PIL import Image

__all__ = [
    "BIAS",
    "BIASED",
    "CONVOLUTION",
    "CONVOLVED",
    "IMAGE",
    "KERNEL",
    "PADDED",
    "POOLED",
    "RELU",
    "TRAINING",
    "cell",
    "colour",
    "focused",
    "grid",
    "outlines",
    "said",
]

CONVOLUTION = (
    *("export-html", "article:6x6", "--kernel", "1 0 1; 0 1 0; 1 0 1", "--bias", "-500"),
    *("--activation", "relu", "--pool", "max:2"),
)
IMAGE, KERNEL, BIAS, CONVOLVED, BIASED, RELU, POOLED = range(7)

PADDED = (
    *("export-html", "article:6x6", "--kernel", "1 0 1; 0 1 0; 1 0 1"),
    *("--kernel", "1 0 -1; 2 0 -2; 1 0 -1", "--padding", "same", "--pool", "max:2"),
)
TRAINING = (
    *("export-html", "article:6x6", "--network"),
    'Rescaling(1/255); Conv2D(1, 3, activation="relu"); Flatten(); Dense(2, activation="softmax")',
    *("--training-steps", "2", "--target", "0", "--optimizer", "sgd", "--learning-rate", "0.1"),
)


def colour(folder):
    """Return the command line of a page of a photo that is drawn in a folder."""
    path = folder / "photo.png"
    shades = np.indices((40, 40, 3)).sum(axis=0) * 6
    Image.fromarray(shades.astype(np.uint8)).save(path)
    return ("export-html", str(path), "--network", "Conv2D(5, 3)", "--input-shape", "40,40,3")


def grid(page, number):
    """Return the element that holds a slice's cells."""
    return page.locator(f'.grid[data-slice="{number}"]')


def cell(page, number, row, column):
    """Return the cell of a slice's table."""
    return grid(page, number).locator(f'td[data-cell="{row},{column}"]')


def outlines(page, kind):
    """Return the boxes of all outlines of a kind, as (left, top, width, height)."""
    boxes = page.locator(f".grid .outline.{kind}")
    page.wait_for_timeout(250)
    return [tuple(box.bounding_box().values()) for box in boxes.all()]


def focused(page):
    """Return the slice, the row and the column of the cell that has the focus."""
    return page.evaluate(
        """() => {
          const cell = document.activeElement.closest("[data-cell]");
          const place = cell ? cell.dataset.cell.split(",").map(Number) : [];
          return [Number(cell?.closest(".grid").dataset.slice), ...place];
        }"""
    )


def said(page):
    """Return what a screen reader is told."""
    return page.locator("#live").inner_text()
