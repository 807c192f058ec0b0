"""Blurs a photo, read as grey, with OpenCV in float64, and writes the result.

python opencv_blur.py PHOTO RESULT
"""

import sys

import cv2
import numpy as np

photo = np.asarray(cv2.imread(sys.argv[1], cv2.IMREAD_GRAYSCALE), np.float64)
blurred = cv2.filter2D(photo, -1, np.full((3, 3), 1 / 9), borderType=cv2.BORDER_CONSTANT)
cv2.imwrite(sys.argv[2], np.rint(blurred[1:-1, 1:-1]).astype(np.uint8))
