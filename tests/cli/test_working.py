"""Long work is announced: by what was read everywhere, by how far it is on a terminal."""

import numpy as np
import pytest

READ = "article:6x6: a grid of the article, 6×6\n"
KERNELS = ["-k", "1 2; 3 4", "-k", "5 6; 7 8"]
FORMS = {
    "json": ("convolve", "article:6x6", *KERNELS, "--format", "json"),
    "csv": ("convolve", "article:6x6", *KERNELS, "--format", "csv"),
}
FILES = {
    "numbers.json": ("Writing numbers", ["convolve", "article:6x6", *KERNELS]),
    "numbers.csv": ("Writing numbers", ["convolve", "article:6x6", *KERNELS]),
    "formulas.xlsx": ("Writing formulas", ["convolve", "article:6x6", *KERNELS]),
    "pixels.xlsx": ("Writing numbers", ["show", "article:6x6"]),
    "maps": ("Writing pictures", ["trace", "Conv2D(2, 3)", "article:6x6"]),
}


@pytest.fixture
def long(monkeypatch):
    """Take any work for long."""
    monkeypatch.setattr("cnncalc.cli.console.LONG", 0)


@pytest.fixture
def terminal(monkeypatch):
    """Have rich take standard error for a terminal."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("form", FORMS)
def test_a_terminal_shows_how_far_printed_numbers_are(run, long, terminal, form):
    said = run(*FORMS[form]).stderr
    assert said.startswith(READ)
    assert "Calculating on article:6x6" in said
    assert "Writing numbers" in said
    assert "100%" in said


@pytest.mark.parametrize("name", FILES)
def test_a_terminal_shows_how_far_a_file_is(run, long, terminal, name):
    words, arguments = FILES[name]
    said = run(*arguments, "-o", name).stderr
    assert said.startswith(READ)
    assert words in said
    assert "wrote " + name in said


@pytest.mark.parametrize("form", FORMS)
def test_no_bar_gets_into_results_or_into_a_file_of_messages(
    run, long, terminal, monkeypatch, form
):
    shown = run(*FORMS[form])
    monkeypatch.delenv("TTY_COMPATIBLE")
    quiet = run(*FORMS[form])
    assert quiet.stderr == READ
    assert quiet.stdout == shown.stdout


def test_short_work_is_not_announced(run, terminal):
    assert run(*FORMS["json"]).stderr == READ


@pytest.mark.parametrize(
    ("network", "image", "is_long"),
    [
        ("Conv2D(1, 3)", "small.npy", False),
        ("Conv2D(60, 3)", "large.npy", True),  # 480 MB of results
        ("Conv2D(1, 81)", "large.npy", True),  # 5 billion products
    ],
)
def test_long_work_begins_after_it_was_said_on_what(run, monkeypatch, network, image, is_long):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("cnncalc.tasks.calculation.record", fail)
    np.save("small.npy", np.zeros((6, 6)))
    np.save("large.npy", np.zeros((1_000, 1_000)))
    *said, error = run("trace", network, image, "--layer", "conv2d").stderr.splitlines()
    assert error.startswith("Error: not enough memory")
    assert [line.partition(":")[0] for line in said] == ["large.npy", "weights"] * is_long


def test_an_error_before_long_work_stands_alone(fails, long):
    assert "must be as deep" in fails("convolve", "article:6x6", "-k", "1 2 | 3 4")
