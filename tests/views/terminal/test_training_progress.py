import io

from rich.console import Console

from cnncalc.training.fit import fit, steps
from cnncalc.views.terminal.training_progress import decoding_progress, training_progress
from tests.training.examples import parts, plan


def console(terminal):
    return Console(file=io.StringIO(), width=100, force_terminal=terminal, _environ={})


def run(terminal):
    own, data, target = plan(epochs=2), parts(), console(terminal)
    with training_progress(target, own.epochs, steps(own, data.training)) as progress:
        fit(own, data, watchers=[progress])
    return target.file.getvalue()


def test_without_a_terminal_an_epoch_is_one_plain_line():
    lines = run(terminal=False).splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert "\x1b" not in "".join(lines)


def test_a_terminal_sees_a_bar_and_in_the_end_a_line_an_epoch():
    shown = run(terminal=True)
    assert "━" in shown
    assert "images/s" in shown
    assert shown.count("epoch 1/2: loss") == 1
    assert shown.count("epoch 2/2: loss") == 1


def test_decoding_is_shown_in_a_terminal_alone():
    for terminal in (True, False):
        target = console(terminal)
        with decoding_progress(target) as progress:
            for done in range(1, 4):
                progress(done, 3)
        assert ("decoding photos" in target.file.getvalue()) is terminal
