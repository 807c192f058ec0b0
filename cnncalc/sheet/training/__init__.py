"""Training steps as cells: passes, losses, penalties, updates, and what is entered."""
