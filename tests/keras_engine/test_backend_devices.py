from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import requires

ROOT = Path(__file__).parents[2]
FOUR_DEVICES = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=4"}


@pytest.fixture(scope="module")
def shared_training():
    """What a training on JAX with four simulated devices came to; see the program it runs."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.keras_engine.four_devices"],
        cwd=ROOT,
        env=os.environ | FOUR_DEVICES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


pytestmark = [pytest.mark.peer, requires("keras"), requires("jax")]


def test_four_devices_come_to_the_numbers_of_numpy(shared_training):
    assert len(shared_training["differences"]) == 10  # of all weights, moving means among them
    assert max(shared_training["differences"]) < 1e-5
    assert shared_training["history"] < 1e-5


def test_each_device_works_on_its_share_of_a_batch(shared_training):
    # Each epoch: three batches of 32 and one of 9, which can't be shared evenly.
    assert shared_training["batches"] == [[4, [8] * 4]] * 3 + [[4, [9] * 4]]
    assert shared_training["weights_on"] == 4


def test_each_device_evaluates_its_share_of_a_batch(shared_training):
    assert shared_training["evaluated"] == [4, [8] * 4]


def test_it_is_said_how_many_devices_there_are(shared_training):
    whole, fewer, one = shared_training["notes"]
    assert whole.endswith(" on jax, data-parallel on 4 devices")
    assert fewer.endswith(" on jax, on 3 of 4 devices: no more can share a batch of 30 evenly")
    assert one.endswith(" on jax, on 1 of 4 devices: no more can share a batch of 25 evenly")
