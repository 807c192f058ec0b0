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
    """Never look again at what collecting made: it stays, and garbage is sought all through it."""
    gc.collect()
    gc.freeze()


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
