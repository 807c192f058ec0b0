import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cnncalc.geometry import geometry
from cnncalc.ops import threads
from cnncalc.ops.convolution import convolve, depthwise_convolve
from cnncalc.ops.max_pooling import max_pool
from cnncalc.ops.pooling import average_pool, l2_pool
from cnncalc.ops.threads import in_threads, some_ahead
from tests.ops.drawn import normal, tiles_of

PARTS = range(threads.LEAST_PARTS)


@pytest.fixture
def cores(monkeypatch):
    def have(count):
        monkeypatch.setattr(threads, "cores", lambda: count)

    have(3)
    return have


def test_each_core_has_a_thread(cores):
    # Fails after the timeout where fewer than three wait for each other.
    all_here = threading.Barrier(3)
    in_threads(lambda parts: all_here.wait(timeout=5), PARTS)


def test_cores_are_those_that_the_process_may_use(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {1, 5, 6}, raising=False)
    assert threads.cores() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert threads.cores() == 7
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert threads.cores() == 1


def test_what_the_caller_says_of_overflow_holds_in_all_threads(cores):
    """Warnings are errors here: a thread that warns of the overflow fails."""
    all_here = threading.Barrier(3)

    def work(parts):
        all_here.wait(timeout=5)
        np.float32([3e38]) * np.float32(10)

    with np.errstate(over="ignore"):
        in_threads(work, PARTS)
    with pytest.raises(RuntimeWarning, match="overflow"):
        in_threads(work, PARTS)


def test_every_part_is_done_once(cores):
    done = []
    in_threads(done.extend, PARTS)
    assert sorted(done) == list(PARTS)


def workers(parts):
    """The names of the threads that did some part."""
    names = set()
    in_threads(lambda parts: names.update(threading.current_thread().name for _ in parts), parts)
    return names


def test_little_work_stays_in_its_thread(cores):
    assert workers(PARTS[1:]) == {"MainThread"}


def test_one_core_has_no_other_threads(cores):
    cores(1)
    assert workers(PARTS) == {"MainThread"}


def test_a_thread_that_shares_a_larger_work_starts_no_others(cores):
    names = set()
    worker = threading.Thread(target=lambda: names.update(workers(PARTS)), name="a worker")
    worker.start()
    worker.join()
    assert names == {"a worker"}


def test_an_error_reaches_the_caller_and_ends_the_work(cores):
    done = []

    def work(parts):
        for part in parts:
            if part == 1:
                raise ZeroDivisionError
            threading.Event().wait(0.01)
            done.append(part)

    with pytest.raises(ZeroDivisionError):
        in_threads(work, range(1000))
    assert len(done) < 100


@pytest.mark.parametrize("fails", ["MainThread", "another"])
def test_an_error_in_any_thread_reaches_the_caller(cores, fails):
    # Each thread has begun before one fails.
    all_here = threading.Barrier(3)

    def work(parts):
        all_here.wait(timeout=5)
        if (threading.current_thread().name == "MainThread") == (fails == "MainThread"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_threads(work, PARTS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "operation",
    [
        lambda images, window: convolve(images, normal(1, 5, 5, 3, 2).astype(images.dtype), window),
        lambda images, window: depthwise_convolve(
            images, np.full((5, 5, 3, 1), 0.3, images.dtype), window
        ),
        max_pool,
        average_pool,
        l2_pool,
    ],
)
def test_the_number_of_threads_changes_no_byte(cores, operation, dtype):
    window = geometry((301, 303), 5, padding="same")
    images = normal(0, 1, 301, 303, 3).astype(dtype)
    found = set()
    for count in (1, 2, 3, 7):
        cores(count)
        with tiles_of(10_000):
            found.add(operation(images, window).tobytes())
    assert len(found) == 1


def test_few_parts_are_taken_ahead_of_those_that_are_done(cores):
    taken, done = [], []

    def parts():
        for part in range(20):
            # However fast this thread makes parts, no more wait than there are threads, and one.
            assert len(taken) - len(done) <= 3
            taken.append(part)
            yield part

    with ThreadPoolExecutor(2) as executor:
        done.extend(some_ahead(executor, lambda part: part * part, parts()))
    assert done == [part * part for part in range(20)]


def test_an_error_in_a_part_that_was_taken_ahead_reaches_the_caller(cores):
    with ThreadPoolExecutor(2) as executor:
        results = some_ahead(executor, lambda part: 1 // part, [1, 0, 1])
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)
