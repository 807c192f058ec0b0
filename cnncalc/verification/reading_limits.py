"""The largest workbook that is read back: a larger one is only written where that is asked for."""

from __future__ import annotations

__all__ = ["MOST_CELLS", "MOST_SHEETS", "MOST_UNPACKED_BYTES"]

MOST_CELLS = 2_500_000
"""How many cells may hold something, or have a format: a million formulas of a million pixels."""

MOST_SHEETS = 1_100
"""How many sheets it may have: a training of 1,000 steps has three more."""

MOST_UNPACKED_BYTES = 256 * 2**20
"""How many bytes its parts may have together, unpacked."""
