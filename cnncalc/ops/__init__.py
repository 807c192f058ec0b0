"""The arithmetic: NumPy arrays in, arrays out, forward and backward of each operation side by side.

Images are batches, (batch, height, width, channels), of any floating-point type, which is kept.
In the index algebra of the comments n is the image, h and w a cell of the input, y and x a cell of
the output, i and j a cell of the kernel, c an input channel, f a filter, m a depth multiplier.
"""
