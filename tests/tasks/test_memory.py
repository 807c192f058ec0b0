"""How much memory is left, as the system says it."""

import math

import pytest

from cnncalc.tasks.memory import memory_left


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A system that says nothing; returns what has it say something in one of its files."""
    files = {"machine": tmp_path / "meminfo", "new": tmp_path / "max", "old": tmp_path / "limit"}
    monkeypatch.setattr("cnncalc.tasks.memory.MEMORY", files["machine"])
    monkeypatch.setattr("cnncalc.tasks.memory.CONTAINERS", (files["new"], files["old"]))
    return lambda file, text: files[file].write_text(text)


def test_linux_says_how_much_is_available(system):
    system("machine", "MemTotal:       24000000 kB\nMemAvailable:   20000000 kB\n")
    assert memory_left() == 20_000_000 * 1024


@pytest.mark.parametrize("file", ["new", "old"])
def test_a_container_may_have_less(system, file):
    system("machine", "MemAvailable:   20000000 kB\n")
    system(file, "2000000000\n")
    assert memory_left() == 2_000_000_000
    system(file, "max\n")
    assert memory_left() == 20_000_000 * 1024


def test_elsewhere_it_is_all_memory_or_no_limit(system, monkeypatch):
    pages = {"SC_PHYS_PAGES": 1_000_000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("os.sysconf_names", pages)
    monkeypatch.setattr("os.sysconf", pages.__getitem__)
    assert memory_left() == 4_096_000_000
    monkeypatch.delattr("os.sysconf_names")
    assert memory_left() == math.inf
