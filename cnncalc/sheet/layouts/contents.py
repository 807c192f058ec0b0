"""The contents of a workbook of several sheets: a link and a sentence for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnncalc.layers.base import size_text
from cnncalc.notation import write_layer
from cnncalc.sheet.layouts.sheet_parts import ABOUT, CONTENTS
from cnncalc.sheet.plan import Plan, Sheet, Text
from cnncalc.summary import LayerSummary, summarize

__all__ = ["contents_sheet"]

_ABOUT = "What this workbook is, its conventions, and how to check it."
_NETWORK_HEADS = ("Sheet", "Layer", "Output", "Parameters", "What is calculated")
_NETWORK_WIDTHS = (170, 330, 110, 230, 560)


def contents_sheet(plan: Plan, title: str) -> Sheet:
    """Return the contents sheet of a plan, under a title."""
    if plan.specifications[0].layout == "network":
        return _network_contents(plan, title)
    lines = [(sheet.name, sheet.summary) for sheet in plan.sheets]
    lines.append((ABOUT, _ABOUT))
    texts = [Text(0, 0, title, "title")]
    for row, (name, summary) in enumerate(lines, start=2):
        texts += [Text(row, 0, name, "link", name), Text(row, 1, summary, "wrapped")]
    return _sheet(title, texts, (190, 560))


def _sheet(title: str, texts: Sequence[Text], widths: Sequence[int]) -> Sheet:
    columns = tuple(enumerate(widths))
    return Sheet(CONTENTS, title, "", 0, texts=tuple(texts), cell=0, widths=columns, pages=0)


def _network_contents(plan: Plan, title: str) -> Sheet:
    """Return the contents of a network: a line a layer, with its sizes and its parameters."""
    specification = plan.specifications[0]
    summary = summarize(specification.layers, specification.input_shape)
    input_sheet, *sheets = plan.sheets
    layers = sheets[: len(summary.layers)]
    lines = [
        (input_sheet, ("", size_text(specification.input_shape), "")),
        *((sheet, _cells(layer)) for sheet, layer in zip(layers, summary.layers, strict=True)),
        *((sheet, ("", "", "")) for sheet in sheets[len(layers) :]),
    ]
    texts = [Text(0, 0, title, "title")]
    texts += [Text(2, column, head, "heading") for column, head in enumerate(_NETWORK_HEADS)]
    for row, (sheet, cells) in enumerate(lines, start=3):
        texts += _line(row, sheet.name, (*cells, sheet.summary))
    texts += _line(3 + len(lines), ABOUT, ("", "", "", _ABOUT))
    texts.append(Text(5 + len(lines), 0, "Parameters in all", "label"))
    texts.append(Text(5 + len(lines), 3, f"{summary.parameters:,}", "wrapped"))
    return _sheet(title, texts, _NETWORK_WIDTHS)


def _line(row: int, name: str, cells: Sequence[str]) -> Iterator[Text]:
    yield Text(row, 0, name, "link", name)
    for column, text in enumerate(cells, start=1):
        yield Text(row, column, text, "wrapped")


def _cells(summary: LayerSummary) -> tuple[str, str, str]:
    """Return a layer's call, the shape of its output, and how many parameters it has."""
    call = write_layer(replace(summary.layer, name=""))
    return call, size_text(summary.output_shape), summary.formula or "0"
