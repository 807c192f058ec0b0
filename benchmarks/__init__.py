"""Programs that measure cnncalc beside its peers, one a subject: `python -m benchmarks.export`.

Each one does the same work in every contender, in turns, checks that all computed the same, and
prints ratios; README.md here holds the last tables and says how to read them.
"""
