from __future__ import annotations

import io
import re
from functools import partialmethod

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress

from cnncalc.training.fit import fit, steps
from cnncalc.training.history import EpochRecord
from cnncalc.training.metrics import ClassReport
from cnncalc.views.terminal.training import (
    decoding_progress,
    epoch_sentence,
    render_class_report,
    render_curves,
    training_progress,
)
from tests.training.examples import parts, plan
from tests.views.terminal.rendering import printed


def history(losses, validated=True):
    return [
        EpochRecord(
            epoch, loss, 1 - loss, loss / 2 if validated else None, 0.5 if validated else None,
            0.001, 1000, 0.5,
        )
        for epoch, loss in enumerate(losses, start=1)
    ]  # fmt: skip


def test_an_epoch_is_one_line():
    record = history([0.25])[0]
    assert epoch_sentence(record, 5) == (
        "epoch 1/5: loss 0.2500, accuracy 0.7500, val_loss 0.1250, val_accuracy 0.5000; "
        "2,000 images/s, 0.5 s"
    )


def test_training_and_validation_have_one_scale():
    shown = printed(render_curves(history([0.8, 0.6, 0.4])))
    assert shown.splitlines() == [
        "loss         0.8000 █▆▃ 0.4000",
        "val_loss     0.4000 ▃▂▁ 0.2000",
        "accuracy     0.2000 ▁▅█ 0.6000",
        "val_accuracy 0.5000 ▆▆▆ 0.5000",
    ]


def test_without_validation_there_is_nothing_of_it():
    shown = printed(render_curves(history([0.8, 0.4], validated=False)))
    assert [line.split()[0] for line in shown.splitlines()] == ["loss", "accuracy"]


def test_one_epoch_and_equal_losses_are_drawn_too():
    assert printed(render_curves(history([0.5]))).count("▁") >= 1
    assert printed(render_curves(history([0.5, 0.5], validated=False))).count("▁") == 4


def test_more_epochs_than_the_screen_is_wide_are_drawn_as_means():
    shown = printed(render_curves(history(np.linspace(0.9, 0.1, 500))), width=60)
    assert {len(line) for line in shown.splitlines()} == {12 + 1 + 6 + 1 + 28 + 1 + 6}


def test_a_screen_without_blocks_gets_other_signs():
    shown = printed(render_curves(history([0.8, 0.4])), encoding="ascii")
    assert shown.splitlines()[0] == "loss         0.8000 #- 0.4000"


@pytest.fixture
def report():
    return ClassReport(("cat", "dog", "fish"), np.array([[8, 2, 0], [1, 9, 0], [0, 0, 0]]))


def test_the_confusion_matrix_with_precision_and_recall(report):
    shown = [
        line.rstrip() for line in printed(render_class_report(report, "Test data")).splitlines()
    ]
    assert shown[0] == "Test data: 17 of 20 right (85.00%), none of them of fish"
    assert shown[2].split() == ["cat", "dog", "fish", "recall"]
    assert shown[4].split() == ["cat", "8", "2", "0", "80%"]
    assert shown[6].split() == ["fish", "0", "0", "0", "–"]
    assert shown[7].split() == ["precision", "89%", "82%", "–"]
    assert shown[9] == "Rows are the true classes, columns what they were taken for."


def test_too_many_classes_for_the_screen_are_a_list_with_the_most_frequent_mistakes():
    matrix = np.diag(np.full(30, 5))
    matrix[3, 4], matrix[7, 2] = 9, 2
    names = tuple(f"class {label}" for label in range(30))
    shown = printed(render_class_report(ClassReport(names, matrix), "Test data"))
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[2].split() == ["class", "samples", "precision", "recall"]
    assert lines[4 + 3].split() == ["class", "3", "14", "100%", "36%"]
    assert lines[-1] == ("Most often confused: class 3 for class 4 (9), class 7 for class 2 (2).")


def test_no_mistakes_are_said_to_be_none():
    names = tuple(f"class {label}" for label in range(30))
    report = ClassReport(names, np.diag(np.full(30, 5)))
    assert printed(render_class_report(report, "x")).rstrip().endswith("confused: none.")


def console(terminal, width=100):
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, _environ={})


def run(terminal, width=100):
    own, data, target = plan(epochs=2), parts(), console(terminal, width)
    with training_progress(target, own.epochs, steps(own, data.training)) as progress:
        fit(own, data, watchers=[progress])
    return target.file.getvalue()


def test_without_a_terminal_an_epoch_is_one_plain_line():
    lines = run(terminal=False).splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert "\x1b" not in "".join(lines)


def test_a_terminal_sees_a_bar_and_a_table_with_a_row_an_epoch():
    shown = run(terminal=True)
    assert "━" in shown
    lines = [re.sub(r"\x1b\[[0-9?]*[a-zA-Z]", "", line).split() for line in shown.splitlines()]
    names = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "images/s", "time"]
    heading = lines.index(names)
    assert lines.count(names) == 1
    rows = [line for line in lines[heading:] if line[:1] in (["1/2"], ["2/2"])]
    assert [len(row) for row in rows] == [8, 8]  # "0.1 s" is two
    assert "epoch 1/2: loss" not in shown


@pytest.mark.parametrize(
    ("width", "columns", "bar"),
    [
        (80, "epoch loss accuracy val_loss val_accuracy images/s time", r"━ 3/4 .* images/s$"),
        (60, "epoch loss accuracy val_loss val_accuracy", r"━ 3/4 .* accuracy \d\.\d{4}$"),
        (40, "epoch loss val_loss", r"━ 3/4 \d:\d\d:\d\d$"),
    ],
)
def test_a_narrow_terminal_sees_less_but_the_count_and_the_time_left(
    monkeypatch, width, columns, bar
):
    monkeypatch.setattr(Progress, "update", partialmethod(Progress.update, refresh=True))
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9?;]*[a-zA-Z]", "", run(True, width)))
    assert columns.split() in [line.split() for line in lines]
    assert max(map(len, lines)) <= width
    shown = [line.rstrip() for line in lines if line.startswith("epoch 2/2") and " 3/4 " in line]
    assert shown
    assert all(re.search(bar, line) for line in shown), shown


def test_decoding_is_shown_in_a_terminal_alone():
    for terminal in (True, False):
        target = console(terminal)
        with decoding_progress(target) as progress:
            for done in range(1, 4):
                progress(done, 3)
        assert ("decoding photos" in target.file.getvalue()) is terminal
