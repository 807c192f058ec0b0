"""How many examples hypothesis draws for a test."""

from hypothesis import settings

USUAL = 100


def of_examples(count: int) -> int:
    """Return how many of a test's examples are drawn: all in .ci/run, a share elsewhere.

    A profile says for how many of the usual 100 it stands: see tests/conftest.py.
    """
    return -(-count * settings.default.max_examples // USUAL)
