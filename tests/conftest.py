"""What every test shares."""

from hypothesis import settings

# A busy machine must not fail a test; a failing example must fail again on the next run.
settings.register_profile("cnncalc", deadline=None, derandomize=True)
settings.load_profile("cnncalc")
