import io
import re
from functools import partialmethod

import pytest
from rich.console import Console
from rich.progress import Progress

from cnncalc.training.fit import fit, steps
from cnncalc.views.terminal.training_progress import decoding_progress, training_progress
from tests.training.examples import parts, plan


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
