"""The kernels that have names, in the notation that users write: rows by ; and numbers by spaces.

They are applied as they stand, without flipping, as every kernel in cnncalc. Sources:
- Wikipedia, "Kernel (image processing)": identity, blur (its box blur), gaussian, gaussian-5,
  sharpen, unsharp, edge, laplacian.
- Victor Powell, "Image Kernels Explained Visually" (setosa.io): emboss, and outline for edge.
- Sobel and Feldman, "A 3×3 Isotropic Gradient Operator for Image Processing" (1968); Prewitt,
  "Object Enhancement and Extraction" (1970); Scharr, "Optimale Operatoren in der Digitalen
  Bildverarbeitung" (2000). Their signs are OpenCV's: what grows brighter to the right (-x), or
  downwards (-y), comes out positive.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["NAMED_KERNELS"]

NAMED_KERNELS: Mapping[str, str] = {
    "identity": "0 0 0; 0 1 0; 0 0 0",
    "blur": "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9",
    "gaussian": "1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16",
    "gaussian-5": (
        "1/256 4/256 6/256 4/256 1/256;"
        "4/256 16/256 24/256 16/256 4/256;"
        "6/256 24/256 36/256 24/256 6/256;"
        "4/256 16/256 24/256 16/256 4/256;"
        "1/256 4/256 6/256 4/256 1/256"
    ),
    "sharpen": "0 -1 0; -1 5 -1; 0 -1 0",
    "unsharp": (
        "-1/256 -4/256 -6/256 -4/256 -1/256;"
        "-4/256 -16/256 -24/256 -16/256 -4/256;"
        "-6/256 -24/256 476/256 -24/256 -6/256;"
        "-4/256 -16/256 -24/256 -16/256 -4/256;"
        "-1/256 -4/256 -6/256 -4/256 -1/256"
    ),
    "edge": "-1 -1 -1; -1 8 -1; -1 -1 -1",
    "outline": "-1 -1 -1; -1 8 -1; -1 -1 -1",
    "laplacian": "0 1 0; 1 -4 1; 0 1 0",
    "sobel-x": "-1 0 1; -2 0 2; -1 0 1",
    "sobel-y": "-1 -2 -1; 0 0 0; 1 2 1",
    "prewitt-x": "-1 0 1; -1 0 1; -1 0 1",
    "prewitt-y": "-1 -1 -1; 0 0 0; 1 1 1",
    "scharr-x": "-3 0 3; -10 0 10; -3 0 3",
    "scharr-y": "-3 -10 -3; 0 0 0; 3 10 3",
    "emboss": "-2 -1 0; -1 1 1; 0 1 2",
}
