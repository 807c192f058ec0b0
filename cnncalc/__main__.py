"""`python -m cnncalc`: the same as the command `cnncalc`."""

from cnncalc.cli import main

main()
