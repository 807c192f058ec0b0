import pytest

from cnncalc.errors import OptionError
from cnncalc.training.history import EarlyStopping, EpochRecord, Verdict


def history(losses, accuracies=None):
    accuracies = accuracies or [0.0] * len(losses)
    return [
        EpochRecord(epoch, loss, accuracy, loss, accuracy, 0.1, 10, 1.0)
        for epoch, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=1)
    ]


@pytest.mark.parametrize(
    ("losses", "patience", "verdict"),
    [
        ([1.0], 0, Verdict(False, 1)),
        ([1.0, 0.9], 0, Verdict(False, 2)),
        ([1.0, 1.0], 0, Verdict(True, 1)),
        ([1.0, 1.1], 2, Verdict(False, 1)),
        ([1.0, 1.1, 1.2], 2, Verdict(True, 1)),
        ([1.0, 1.1, 0.9, 1.0], 2, Verdict(False, 3)),
        ([1.0, float("nan"), float("nan")], 2, Verdict(True, 1)),
    ],
)
def test_it_stops_when_patience_is_over(losses, patience, verdict):
    assert EarlyStopping(patience=patience).judge(history(losses)) == verdict


def test_a_gain_of_min_delta_is_none():
    stopping = EarlyStopping(min_delta=0.25, patience=1)
    assert stopping.judge(history([1.0, 0.75])) == Verdict(True, 1)
    assert stopping.judge(history([1.0, 0.5])) == Verdict(False, 2)


def test_accuracy_is_better_when_it_is_larger():
    stopping = EarlyStopping("val_accuracy", patience=1)
    assert stopping.judge(history([1, 2], [0.5, 0.6])) == Verdict(False, 2)
    assert stopping.judge(history([1, 2], [0.5, 0.4])) == Verdict(True, 1)


def test_val_loss_needs_validation_data():
    with pytest.raises(OptionError, match="early stopping on val_loss needs validation data"):
        EarlyStopping().check(validated=False)
    EarlyStopping("loss").check(validated=False)


def test_unusable_arguments_are_refused():
    with pytest.raises(OptionError, match=r"monitor must be .* Received: monitor='val_acc'"):
        EarlyStopping("val_acc")
    with pytest.raises(OptionError, match="Received: patience=-1"):
        EarlyStopping(patience=-1)
