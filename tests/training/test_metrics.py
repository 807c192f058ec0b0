from __future__ import annotations

import numpy as np
import pytest

from cnncalc.errors import ShapeError
from cnncalc.training.metrics import (
    ClassReport,
    class_count,
    confusion_matrix,
    correct,
    predicted_classes,
)


def test_the_largest_output_is_the_class_and_a_tie_goes_to_the_first():
    outputs = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])
    assert predicted_classes(outputs).tolist() == [1, 0]
    assert correct(outputs, np.array([1, 2])) == 1


def test_one_output_is_yes_past_a_half_only():
    assert predicted_classes(np.array([[0.5], [0.51], [0.1]])).tolist() == [0, 1, 0]


def test_where_it_counts_rounding_sets_no_outputs_apart():
    outputs = np.array([[0.1, 0.3, 0.1 + 0.2], [0.3, 0.1, 0.3 - 1e-9]])
    assert predicted_classes(outputs).tolist() == [2, 0]
    assert predicted_classes(outputs, near=True).tolist() == [1, 0]
    halves = np.array([[0.5 + 1e-15], [0.5 + 1e-9]])
    assert predicted_classes(halves).tolist() == [1, 1]
    assert predicted_classes(halves, near=True).tolist() == [0, 1]


def test_rows_of_the_confusion_matrix_are_true_classes():
    matrix = confusion_matrix(np.array([0, 0, 2]), np.array([0, 1, 1]), classes=3)
    assert matrix.tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 0]]


def test_a_class_that_never_occurs_has_no_precision_or_recall():
    report = ClassReport(("a", "b", "c"), np.array([[1, 1, 0], [0, 0, 0], [0, 1, 0]]))
    assert report.precision[:2].tolist() == [1, 0]
    assert np.isnan(report.precision[2])
    assert report.recall[[0, 2]].tolist() == [0.5, 0]
    assert np.isnan(report.recall[1])
    assert report.support.tolist() == [2, 0, 1]
    assert report.accuracy == pytest.approx(1 / 3)


def test_labels_and_predictions_must_be_as_many():
    with pytest.raises(ShapeError, match="Received: 1 predictions, 2 labels"):
        confusion_matrix(np.array([0, 1]), np.array([0]), classes=2)


def test_one_output_tells_two_classes_apart():
    assert [class_count((1,)), class_count((2,)), class_count((10,))] == [2, 2, 10]
