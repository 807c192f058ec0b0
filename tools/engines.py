"""Has five spreadsheet engines and our page judge the tests' workbooks, and keeps docs/engines.md.

    python tools/engines.py --check   print the tables; exit 1 where docs/engines.md says otherwise
    python tools/engines.py --write   print them, and put them into docs/engines.md

It needs what the tests marked `engines` need. Versions, seconds and how far numbers are apart
where they agree may differ from machine to machine: of these the check says nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.engines.judges import JUDGES, Row, Verdict, verdict

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "engines.md"
BEGIN, END = "<!-- written by tools/engines.py -->\n", "<!-- until here -->"
GENERATED = re.compile(f"(?<={BEGIN}).*(?={END})", re.DOTALL)

LICENCES = {
    "LibreOffice": "MPL-2.0",
    "Gnumeric": "GPL-2.0 or GPL-3.0",
    "IronCalc": "MIT or Apache-2.0",
    "formualizer": "MIT or Apache-2.0",
    "HyperFormula": "GPL-3.0",
    "our page": "MIT",
}
SUMMARY = ("", "version", "licence", "formula cells", "differ", "errors", "farthest", "seconds")
# Those of SUMMARY that are the same on every machine.
KEPT = (0, 2, 3, 4, 5)
AGREES = re.compile(r"(0|\de-\d+)")


def main() -> None:
    """Judge, print, and check or write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true", help="exit 1 where the document is stale")
    group.add_argument("--write", action="store_true", help="put the tables into the document")
    arguments = parser.parse_args()
    found = {name: verdict(name) for name in JUDGES}
    sys.stdout.write(tables(found))
    if arguments.write:
        text = DOCUMENT.read_text("utf-8")
        DOCUMENT.write_text(GENERATED.sub(lambda _: tables(found), text), "utf-8")
    stale = [name for name, own in found.items() if kept(name, own) != kept_in_document(name)]
    if stale:
        sys.exit(f"docs/engines.md is stale of {', '.join(stale)}: python tools/engines.py --write")


def tables(found: Mapping[str, Verdict]) -> str:
    """Return both tables, as Markdown: of the judges, and of each workbook by each judge."""
    summary = table(SUMMARY, [summary_row(name, own) for name, own in found.items()])
    counts: dict[str, int] = {}
    for own in found.values():
        counts = {name: row.cells for name, row in own.rows.items()} | counts
    by_workbook = [
        [name, f"{cells:,}", *(entry(own.rows.get(name)) for own in found.values())]
        for name, cells in counts.items()
    ]
    return "\n".join([*summary, "", *table(["workbook", "formulas", *found], by_workbook), ""])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"


def summary_row(name: str, own: Verdict) -> list[str]:
    """Return what is said of a judge, in the order of SUMMARY."""
    rows = own.rows.values()
    counts = [sum(getattr(row, what) for row in rows) for what in ("cells", "differing", "errors")]
    farthest = f"{max(row.largest for row in rows):.0e}"
    version = own.judge.removeprefix(name).strip() or "this one"
    numbers = [f"{count:,}" for count in counts]
    return [name, version, LICENCES[name], *numbers, farthest, f"{own.seconds:.0f}"]


def entry(row: Row | None) -> str:
    """Return what is said of a workbook: how far its numbers are apart, or how many differ."""
    if row is None:
        return "–"
    if row.differing or row.errors:
        return f"**{row.differing:,} differ, {row.errors:,} errors**"
    return f"{row.largest:.0e}" if row.largest else "0"


def kept(name: str, own: Verdict) -> tuple[list[str], dict[str, str]]:
    """Return what is said of a judge on every machine alike: of all, and of each workbook."""
    said = {workbook: as_kept(entry(row)) for workbook, row in own.rows.items()}
    row = summary_row(name, own)
    return [row[place] for place in KEPT], said


def kept_in_document(name: str) -> tuple[list[str], dict[str, str]]:
    """Return the same, as the document says it."""
    found = GENERATED.search(DOCUMENT.read_text("utf-8"))
    summary, _, by_workbook = found[0].partition("\n\n") if found else ("", "", "")
    own = next((row for row in rows_of(summary) if row[0] == name), [""] * len(SUMMARY))
    head, *rows = rows_of(by_workbook) or [["workbook", *JUDGES]]
    said = {row[0]: as_kept(row[head.index(name)]) for row in rows}
    return (
        [own[place] for place in KEPT],
        {workbook: text for workbook, text in said.items() if text != "–"},
    )


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of a table, its head first."""
    lines = [line for line in text.splitlines() if not line.startswith("| ---")]
    return [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]


def as_kept(text: str) -> str:
    """Return what stays of an entry on another machine."""
    return "agrees" if AGREES.fullmatch(text) else text


if __name__ == "__main__":
    main()
