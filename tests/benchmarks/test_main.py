"""`python -m benchmarks` lists the programs."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from benchmarks.__main__ import USAGE, main, programs
from benchmarks.reporting import README


def test_every_program_is_listed_with_the_line_it_says_about_itself():
    for name, line in programs().items():
        assert line == (import_module(f"benchmarks.{name}").__doc__ or "").splitlines()[0]
        assert line.endswith(".")


def test_what_ends_as_a_program_does_is_listed():
    endings = [path.stem for path in README.parent.glob("*.py") if ends_as_program(path)]
    assert sorted(endings) == list(programs())


def ends_as_program(path):
    *_, last = path.read_text().splitlines()
    return last.startswith(f'    program("{path.stem}", PARTS')


def test_the_list_says_how_to_run_a_program_and_imports_none():
    code = (
        "import runpy, sys; runpy.run_module('benchmarks', run_name='__main__')\n"
        "sys.exit(' '.join({'numpy', 'cnncalc', 'keras'} & set(sys.modules)))"
    )
    words = [sys.executable, "-c", code]
    ran = subprocess.run(words, cwd=README.parents[1], capture_output=True, text=True, check=False)
    assert ran.stderr == "\n"
    assert f"usage: {USAGE}\n" in ran.stdout
    assert "\n  pooling        Pools a photo of 12 megapixels with cnncalc and with PyTorch.\n" in (
        ran.stdout
    )
    assert "from the top of the repository: python -m benchmarks.applications\n" in ran.stdout


def test_a_program_given_as_an_argument_is_answered_with_the_usage(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "export"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"usage: {USAGE}\n" in capsys.readouterr().err
