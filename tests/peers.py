"""For the tests that compare with a program we don't depend on."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest


def requires(package: str) -> pytest.MarkDecorator:
    """Skip a test where the peer is missing; with CNNCALC_REQUIRE_PEERS=1 never skip, but fail."""
    missing = find_spec(package) is None
    required = os.environ.get("CNNCALC_REQUIRE_PEERS") == "1"
    reason = f"{package} is not installed; `pip install {package}` installs it"
    return pytest.mark.skipif(missing and not required, reason=reason)


def load(package: str) -> ModuleType:
    """Import a peer inside the test that needs it: at the top it would slow every collection."""
    return import_module(package)
