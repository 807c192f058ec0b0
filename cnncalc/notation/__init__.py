"""Networks in Keras-call notation: `Conv2D(10, 5); Flatten(); Dense(2, activation="softmax")`.

Where a network branches, layers are called on others by their names: `Add()([conv2d_1, conv2d])`.
A listing is parsed into Python's syntax tree and read off it; it is never executed.
"""

from cnncalc.notation.reading import WrittenNetwork, parse
from cnncalc.notation.writing import write, write_layer

__all__ = ["WrittenNetwork", "parse", "write", "write_layer"]
