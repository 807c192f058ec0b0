"""Where the volumes of a calculation stand on its sheets."""
