"""Training as Keras does it: losses, optimizers, metrics and the fit loop, in NumPy."""
