"""The article's network as data: its listing in Keras, and what the article prints about it."""

from __future__ import annotations

__all__ = ["CLASS_NAMES", "LISTING", "MISMATCH"]

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
