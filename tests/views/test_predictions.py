import json
import time

import numpy as np

from cnncalc.training.evaluation import Evaluation
from cnncalc.views.predictions import (
    Prediction,
    evaluation_json,
    predictions_csv,
    predictions_json,
    with_short_names,
)

PREDICTIONS = [
    Prediction("a,b.png", ("cat", "dog"), np.float32([0.25, 0.75]), "probability"),
    Prediction("c.png", ("cat", "dog"), np.float32([0.5, 0.5]), "probability"),
]


def test_a_line_an_image_with_quotes_where_csv_needs_them():
    assert predictions_csv(PREDICTIONS) == (
        'image,class,cat,dog\n"a,b.png",dog,0.25,0.75\nc.png,cat,0.5,0.5\n'
    )


def test_ten_thousand_names_are_shortened_at_once():
    """They were compared each with each, for a quarter of an hour of a hundred thousand."""
    outputs = np.float32([1, 0])
    names = [f"/photos/{number % 100}/{number}.png" for number in range(10_000)]
    given = [Prediction(name, ("cat", "dog"), outputs, "score") for name in [*names, names[0]]]
    start = time.process_time()
    found = with_short_names([*given, Prediction("/x/7.png", ("cat", "dog"), outputs, "score")])
    assert time.process_time() - start < 2
    assert [found[place].name for place in (0, 7, 8, -2, -1)] == [
        "0.png", "7/7.png", "8.png", "0.png", "x/7.png",
    ]  # fmt: skip


def test_an_object_an_image():
    assert json.loads(predictions_json(PREDICTIONS)) == [
        {
            "image": "a,b.png",
            "class": "dog",
            "probability": {"cat": 0.25, "dog": 0.75},
            "differences": [],
        },
        {
            "image": "c.png",
            "class": "cat",
            "probability": {"cat": 0.5, "dog": 0.5},
            "differences": [],
        },
    ]


def test_an_evaluation_says_null_where_there_is_no_value():
    outputs = np.array([[0.9, 0.1], [0.6, 0.4]])
    evaluation = Evaluation(np.array([0.5, 1.0]), outputs, np.array([0, 0]), ("cat", "dog"))
    record = json.loads(evaluation_json(evaluation))
    assert record["loss"] == 0.75
    assert record["classes"][1] == {
        "class": "dog",
        "samples": 0,
        "precision": None,
        "recall": None,
    }
    assert record["confusion_matrix"] == [[2, 0], [0, 0]]
