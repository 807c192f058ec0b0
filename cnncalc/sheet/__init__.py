"""The calculation as cells that say where they come from; it knows no program that shows it."""
