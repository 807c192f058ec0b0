"""Tables say which kernels NumPy's products ran, and warn where the processor has better ones."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks.matrix_library import MatrixLibrary, library, loaded, warning
from benchmarks.reporting import README

AVX512 = {"fpu", "avx2", "avx512f"}


@pytest.mark.parametrize(
    ("architecture", "flags"),
    [
        *((name, AVX512) for name in ("SkylakeX", "Cooperlake", "SapphireRapids")),
        *((name, {"fpu", "avx2"}) for name in ("Haswell", "Zen")),
        ("Nehalem", {"fpu"}),
        ("neoversen1", set()),
        (None, AVX512),  # MKL tells none
    ],
)
def test_kernels_that_are_the_processors_are_no_warning(architecture, flags):
    assert warning(architecture, flags) is None


def test_a_warning_names_both_and_the_variable():
    assert warning("Haswell", AVX512) == (
        "**Slow kernels**: NumPy's products ran OpenBLAS's kernels for Haswell; this processor has "
        "AVX-512, which those for SkylakeX use, several times as fast. Benchmarks unset "
        "OPENBLAS_CORETYPE, which chooses kernels, unless BENCHMARKS_KERNELS says which."
    )
    assert "kernels for Sandybridge; this processor has AVX2, which those for Haswell" in (
        warning("Sandybridge", {"avx2"})
    )


def test_the_library_is_named_with_its_kernels_and_threads():
    found = MatrixLibrary("openblas", "0.3.31", "SkylakeX", 2)
    assert str(found) == "openblas 0.3.31, kernels for SkylakeX, with 2 threads"
    assert str(found._replace(architecture=None)) == "openblas 0.3.31 with 2 threads"


def test_the_library_is_the_one_that_contenders_load():
    # The process that tests may have been given other threads or kernels.
    here = loaded()
    assert library()[:2] == here[:2]


def told(*words, **variables):
    """Return what a program says where a machine sets the variables of old libraries."""
    set_there = {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_L2_SIZE": "512"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=README.parents[1],
        env={**os.environ, **set_there, **variables},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


KNOWN = "import os; print([name for name in os.environ if name.startswith('OPENBLAS_')])"
PROGRAM = f"""
from benchmarks.measuring import Command, output
import sys
{KNOWN}
print(output(Command("one", [sys.executable, "-c", {KNOWN!r}]), "."))
"""


def test_neither_programs_nor_what_they_start_know_the_variables_of_slow_kernels(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert told("-c", PROGRAM).split() == ["[]", "[]"]


@pytest.mark.skipif("SkylakeX" not in str(loaded()), reason="kernels of x86 processors alone")
def test_kernels_that_are_asked_for_are_those_of_the_contenders_and_are_warned_of():
    words = ("-m", "benchmarks.starting", "--tiny")
    as_users_have_it = told(*words)
    assert ", kernels for SkylakeX, with" in as_users_have_it
    assert "**Slow kernels**" not in as_users_have_it
    asked = told(*words, BENCHMARKS_KERNELS="Haswell")
    assert ", kernels for Haswell, with" in asked
    assert "\n\n**Slow kernels**: NumPy's products ran OpenBLAS's kernels for Haswell; " in asked
