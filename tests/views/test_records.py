from __future__ import annotations

import json

import numpy as np

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.trace import record
from cnncalc.views.records import write_json


def read_back(trace):
    return json.loads("".join(write_json(trace)))["stages"]


def pooled():
    values = np.arange(18.0).reshape(3, 3, 2)
    pool = pooling_layer("max", 2, 1, "same")
    options = Calculation(np.ones((1, 1, 2, 2)), bias=[1, 2], pooling=pool)
    return record(options.network(values.shape), values)


def test_every_stage_has_its_name_layer_shape_and_numbers():
    trace = pooled()
    stages = read_back(trace)
    assert [(stage["layer"], stage["name"]) for stage in stages] == [
        (None, "input"),
        ("conv2d", "convolution"),
        ("conv2d", "bias"),
        ("max_pooling2d", "padded input"),
        ("max_pooling2d", "pooling"),
    ]
    for stage, recorded in zip(stages, trace.stages, strict=True):
        assert stage["shape"] == list(recorded.values.shape)
        np.testing.assert_array_equal(np.array(stage["values"], dtype=float), recorded.values)


def test_an_empty_cell_is_null():
    padded = read_back(pooled())[3]["values"]
    assert padded[-1] == [[None, None]] * 4
    assert padded[0][:2] == [[2, 3], [6, 7]]


def test_a_piece_is_a_row_at_most():
    values = np.zeros((50, 10, 1))
    pieces = list(
        write_json(record(Calculation(np.ones((1, 1, 1, 1))).network(values.shape), values))
    )
    assert len(pieces) > 100
    assert max(map(len, pieces)) < 200
