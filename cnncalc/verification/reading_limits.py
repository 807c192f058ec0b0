"""The largest workbook that is read back: larger ones are only written where that is asked for."""

from __future__ import annotations

__all__ = ["MOST_CELLS", "MOST_UNPACKED_BYTES"]

MOST_CELLS = 2_000_000
"""How many cells may hold something, or be formatted."""

MOST_UNPACKED_BYTES = 256 * 2**20
"""How many bytes its parts may have together, unpacked."""
