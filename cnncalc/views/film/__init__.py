"""Films: a calculation that plays, scene by scene."""
