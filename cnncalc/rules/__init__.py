"""What layers, activations, losses and optimizers mean, each said once, for texts and cells.

The arithmetic of `ops`, `network`, `trace` and `training` is independent of it, so that one can
judge the other: these import nothing from here.
"""
