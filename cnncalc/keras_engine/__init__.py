"""Training on Keras 3, the engine for those who outgrow one machine's NumPy.

cnncalc says what is trained and in which order, Keras does the arithmetic on whichever backend is
installed; with several devices each works on its share of every batch.
"""

from cnncalc.keras_engine.engine import KerasEngine

__all__ = ["KerasEngine"]
