"""What a network says in the end: logits, shares as bars, and the class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich.text import Text

from cnncalc.layers import SIGMOID, SOFTMAX
from cnncalc.network import Array
from cnncalc.training.metrics import predicted_classes
from cnncalc.views.terminal.screen import FAINT, Screen

__all__ = ["draw_shares", "name_of_class", "share_bar", "verdict"]

# More classes than these are sorted, and the first of them shown.
MOST_CLASSES = 20
TOP = 10
LONGEST_BAR = 50
BLOCK, PARTS = "█", " ▏▎▍▌▋▊▉"
NARROW = "#"
BEST = "bold green"


def draw_shares(
    logits: Array, shares: Array, class_names: Sequence[str], screen: Screen
) -> Iterator[Text]:
    r"""Draw softmax: of each class its name, its logit, and its share as a bar.

    Arguments: `logits` and `shares` (classes,); the `class_names`, empty for numbers.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> shares = draw_shares(np.array([1, 3]), np.array([0.12, 0.88]), ["cat", "dog"], screen)
    >>> print("\n".join(line.plain for line in shares))
    class  logit  share
    cat        1   0.12  ██▎
    dog        3   0.88  ████████████████▊
    """
    order = np.argsort(-shares, kind="stable") if len(shares) > MOST_CLASSES else None
    is_cut = order is not None and not screen.display.full
    shown = range(len(shares)) if order is None else order[: TOP if is_cut else None].tolist()
    names = [screen.spell(name_of_class(index, class_names)) for index in shown]
    before = [screen.number(float(logits[index])) for index in shown]
    after = [screen.number(float(shares[index])) for index in shown]
    widths = [max(map(len, (heading, *texts))) for heading, texts in (
        ("class", names), ("logit", before), ("share", after),
    )]  # fmt: skip
    room = max(1, min(LONGEST_BAR, screen.width - sum(widths) - 6))
    yield screen.line(
        f"{'class':<{widths[0]}}  {'logit':>{widths[1]}}  {'share':>{widths[2]}}", FAINT
    )
    best = _predicted(shares)
    for index, *texts in zip(shown, names, before, after, strict=True):
        line = screen.line(
            f"{texts[0]:<{widths[0]}}  {texts[1]:>{widths[1]}}  {texts[2]:>{widths[2]}}  "
        )
        line.append(share_bar(float(shares[index]), room, screen), BEST if index == best else "")
        yield line
    if is_cut:
        text = f"the largest {TOP} of {len(shares)} shares; --full shows them all."
        yield from screen.sentences(text, FAINT)


def share_bar(share: float, room: int, screen: Screen) -> str:
    """Return a bar of up to `room` characters, to the eighth of one where the screen can.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> share_bar(0.5, 9, screen)
    '████▌'
    """
    if not screen.can_show(BLOCK + PARTS):
        return NARROW * round(share * room)
    whole, part = divmod(round(share * room * 8), 8)
    return BLOCK * whole + PARTS[part].strip()


def verdict(output: Array, activation: str, class_names: Sequence[str]) -> str:
    """Say which class an output stands for; empty where it is no row of numbers.

    Arguments: the network's `output`; the last `activation`; the `class_names`, if there are.

    >>> verdict(np.array([0.2, 0.8]), "softmax", ["cat", "dog"])
    'dog, with a share of 0.8'
    """
    if output.ndim != 1:
        return ""
    if len(output) == 1:
        return _of_one(output, class_names) if activation == SIGMOID else ""
    best = _predicted(output)
    kind = "a share of" if activation == SOFTMAX else "the largest output,"
    return f"{name_of_class(best, class_names)}, with {kind} {output[best]:.4g}"


def _predicted(output: Array) -> int:
    return int(predicted_classes(output[np.newaxis], near=True)[0])


def _of_one(output: Array, class_names: Sequence[str]) -> str:
    """Say what the one output of a sigmoid decides between two classes."""
    index = _predicted(output)
    side = "above" if index else "not above"
    return f"{name_of_class(index, class_names)}, as {output[0]:.4g} is {side} 0.5"


def name_of_class(index: int, class_names: Sequence[str]) -> str:
    """Return what a class is called: by its number where the names don't tell.

    >>> name_of_class(1, ["cat", "dog"]), name_of_class(1, [])
    ('dog', 'class 1')
    """
    return class_names[index] if index < len(class_names) else f"class {index}"
