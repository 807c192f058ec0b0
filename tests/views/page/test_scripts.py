"""The page's scripts hold what their own tests say, which Node runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted(Path(__file__).parent.glob("*.test.js"))


@pytest.mark.page
def test_the_scripts_pass_their_tests():
    node = shutil.which("node")
    assert node, "the page's scripts are tested with Node: install nodejs"
    assert TESTS
    run = subprocess.run([node, "--test", *TESTS], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
