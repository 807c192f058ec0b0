"""Results as plain tables of HTML, without a style or a script of their own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

import numpy as np

from cnncalc.network import Array
from cnncalc.sheet.flow import Flow, Slice, Stage
from cnncalc.sheet.plan import Values
from cnncalc.views.numbers import format_number
from cnncalc.views.slice_cells import slice_cells

__all__ = [
    "MOST_COLUMNS",
    "MOST_ROWS",
    "flow_tables",
    "framed_page",
    "plain_paragraph",
    "plain_picture",
    "plain_table",
    "plain_text",
]

# What is longer is cut in the middle, and says so.
MOST_ROWS, MOST_COLUMNS = 16, 16
MOST_SLICES, MOST_TABLES = 8, 48
_CUT = "…"

# Below the frame only where a notebook leaves the frame out, and the style with it.
_FRAME = """\
<style>.cnncalc-page + .cnncalc-tables {{ display: none }}</style>
<iframe class="cnncalc-page" title="{title}" sandbox="allow-scripts" srcdoc="{page}" \
style="width: 100%; height: 640px; border: 1px solid #8888; resize: vertical"></iframe>
<div class="cnncalc-tables">
{tables}
</div>
"""


def framed_page(page: str, title: str, tables: str) -> str:
    """Return a page in a frame that lets it do nothing but run its own script, as a part of HTML.

    Arguments: the `page`, an HTML document; the `title` of the frame; the `tables` that are shown
    where a frame is refused.

    >>> "<iframe" in framed_page("<!doctype html>", "A page", plain_text(["as text"]))
    True
    """
    # In quotes a text may hold all but these two: the page stays as short as it is.
    quoted = page.replace("&", "&amp;").replace('"', "&quot;")
    return _FRAME.format(title=escape(title), page=quoted, tables=tables)


def plain_table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    *,
    labelled: bool = True,
) -> str:
    """Return a table of texts.

    Arguments: the `header` of its columns, none where it is empty; its `rows`; a `caption`;
    whether the first text of each row is the row's label.

    >>> plain_table(["layer", "parameters"], [["conv2d", "10"]]).count("<th")
    4
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in header)
    lines = [
        "<table>",
        f"<caption>{escape(caption)}</caption>" if caption else "",
        f"<thead><tr>{head}</tr></thead>" if header else "",
        "<tbody>",
        *(_row(row, labelled=labelled) for row in rows),
        "</tbody></table>",
    ]
    return "\n".join(filter(None, lines))


def _row(texts: Sequence[str], *, labelled: bool) -> str:
    cells = [f"<td>{escape(text)}</td>" for text in texts]
    if labelled and texts:
        cells[0] = f'<th scope="row">{escape(texts[0])}</th>'
    return f"<tr>{''.join(cells)}</tr>"


def plain_paragraph(text: str) -> str:
    """Return a text as a paragraph."""
    return f"<p>{escape(text)}</p>"


def plain_picture(png: bytes, description: str) -> str:
    """Return a PNG picture, no wider than there is room, with a `description` of it.

    >>> plain_picture(b"", "A figure").count("<img")
    1
    """
    data = b64encode(png).decode()
    described = f'alt="{escape(description)}" style="max-width: 100%"'
    return f'<p><img {described} src="data:image/png;base64,{data}"></p>'


def plain_text(lines: Iterable[str]) -> str:
    """Return lines as they stand, each character as wide as any other."""
    text = escape("\n".join(lines))
    return f'<pre style="white-space: pre">{text}</pre>'


def flow_tables(flow: Flow, values: Values) -> str:
    """Return a calculation's numbers: a heading a stage, a table a slice.

    Arguments: the `flow`; its `values`. Of many numbers the first and the last are shown.
    """
    parts = list(islice(_stages(flow, values), MOST_TABLES))
    left_out = len(flow.stages) - len(parts)
    if left_out:
        parts.append(f"<p>… and {left_out:,} more stages.</p>")
    return "\n".join(parts)


def _stages(flow: Flow, values: Values) -> Iterator[str]:
    for stage in flow.stages:
        lane = flow.lanes[stage.lane].title
        column = flow.columns[stage.column].name
        title = " · ".join(filter(None, (lane, stage.volume.full_title, column)))
        shown = stage.slices[:MOST_SLICES]
        tables = [_slice_table(stage, part, values) for part in shown]
        rest = len(stage.slices) - len(shown)
        more = [f"<p>… and {rest:,} more slices.</p>"] if rest else []
        # What there is to say of an input is that a page or a workbook takes another.
        is_entered = stage.slices[0].blocks[0].is_input
        sentences = [] if is_entered else map(plain_paragraph, stage.volume.sentences)
        yield "\n".join([f"<h4>{escape(title)}</h4>", *sentences, *tables, *more])


def _slice_table(stage: Stage, part: Slice, values: Values) -> str:
    volume = stage.volume
    cells = slice_cells(part, values)
    rows, columns = _shown(len(cells), MOST_ROWS), _shown(cells.shape[1], MOST_COLUMNS)
    header = ["", *(_label(column, volume.columns) for column in columns)]
    body = (
        [_label(row, volume.rows), *(_text(cells, row, column) for column in columns)]
        for row in rows
    )
    return plain_table(header, body, part.item.caption)


def _shown(count: int, most: int) -> list[int | None]:
    """Return the numbers of what is shown, and None in the middle where there are too many."""
    half = most // 2
    if count <= most:
        return list(range(count))
    return [*range(half), None, *range(count - half, count)]


def _label(number: int | None, names: Sequence[str]) -> str:
    if number is None:
        return _CUT
    return names[number] if names else str(number)


def _text(cells: Array, row: int | None, column: int | None) -> str:
    if row is None or column is None:
        return _CUT
    held = cells[row, column]
    if isinstance(held, str):
        return held
    return "" if np.isnan(held) else format_number(float(held), significant=True)
