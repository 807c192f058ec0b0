"""What every test shares."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import settings

# A busy machine must not fail a test; a failing example must fail again on the next run.
settings.register_profile("cnncalc", deadline=None, derandomize=True, max_examples=40)
# As many as they take elsewhere: .ci/run
settings.register_profile("thorough", deadline=None, derandomize=True)
settings.load_profile("cnncalc")


def pytest_collection_finish():
    """Look for garbage less often, and never in what collecting made: it took a tenth of the time.

    Plans of thousands of cells that tests share stay, and each search goes through all of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """Let no file of this process grow beyond a number of bytes, as on a disk that fills up."""
    resource = pytest.importorskip("resource")  # Windows has no such limits

    @contextmanager
    def full(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return full
