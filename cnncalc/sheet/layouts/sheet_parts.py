"""What every sheet has besides its numbers: a name, a title, the legend, a cell size, contents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import wrap

from cnncalc.layers.base import size_text
from cnncalc.notation import write_layer
from cnncalc.sheet.plan import Plan, Role, Sheet, Specification, Style, Text
from cnncalc.sheet.texts import sheet_name
from cnncalc.summary import LayerSummary, summarize

__all__ = [
    "ABOUT",
    "ABOUT_SUMMARY",
    "CONTENTS",
    "SOLUTION",
    "Job",
    "SheetNames",
    "cell_pixels",
    "contents_sheet",
    "heading",
    "legend",
    "sentences",
    "worksheet_texts",
    "worksheet_words",
]

ABOUT = "About"

CONTENTS = "Contents"
# What the hidden sheets are called that hold a worksheet's solution, before the name of its sheet.
SOLUTION = "Solution"

_LEGEND: tuple[tuple[Role, Style, str], ...] = (
    ("pixels", "legend pixels", "a pixel: type over it"),
    ("weights", "legend weights", "a weight or a bias: type over it"),
    ("name", "legend name", "a name: type over it"),
    ("choice", "legend choice", "your choice: type over it"),
    ("padding", "legend padding", "padding: leave it as it is"),
    ("formula", "legend formula", "a formula: it follows by itself"),
)


@dataclass
class SheetNames:
    """Gives out sheet names, each once."""

    taken: list[str] = field(default_factory=lambda: [ABOUT, CONTENTS])

    def take(self, text: str) -> str:
        """Return an allowed name made of a text, that no other sheet has."""
        self.taken.append(sheet_name(text, self.taken))
        return self.taken[-1]


@dataclass(frozen=True)
class Job:
    """One calculation to lay out: its specification, and its place among the plan's.

    `prefix` begins its sheets' names where the workbook holds several calculations.
    """

    specification: Specification
    number: int
    names: SheetNames
    prefix: str = ""

    @property
    def short_title(self) -> str:
        """What its sheet is called."""
        return self.specification.title.partition(":")[0]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.specification.title or "Step by step"

    def take_name(self, text: str) -> str:
        """Return a sheet name that begins with the prefix."""
        return self.names.take(f"{self.prefix} {text}".strip())


def heading(title: str, home: str) -> tuple[Text, ...]:
    """Return the first two lines of a sheet: its title, and the way to the sheet `home`."""
    return (Text(0, 1, title, "title"), Text(1, 1, f"To the sheet {home}", "link", home))


def legend(row: int, column: int, roles: Collection[Role]) -> tuple[Text, ...]:
    """Return the meaning of the cells' colours, one below the other, of the `roles` there are."""
    shown = [(style, meaning) for role, style, meaning in _LEGEND if role in roles]
    return tuple(
        text
        for place, (style, meaning) in enumerate(shown)
        for text in (
            Text(row + place, column, "", style),
            Text(row + place, column + 1, meaning, "meaning"),
        )
    )


# What is said below the cells is no wider than these, or than a page that stands, in pixels.
_PAGE, _CHARACTER = 620, 6.5


def sentences(said: Iterable[str], row: int, column: int, pixels: int) -> tuple[Text, ...]:
    """Return sentences one below the other, in lines about as wide as the cells above them.

    Arguments: the sentences; the first `row`; the `column`; how wide the cells are together.
    """
    room = int(max(pixels, _PAGE) / _CHARACTER)
    lines = [line for sentence in said for line in wrap(sentence, room)]
    return tuple(Text(row + place, column, line) for place, line in enumerate(lines))


# What a sheet says that can be typed over, and what a worksheet says instead.
_WORKSHEET_WORDS: Mapping[str, str] = {
    "The pixels: type over any of them.": "",
    "The weights and biases: type over any of them.": "",
    "a pixel: type over it": "a pixel, which is given",
    "a weight or a bias: type over it": "a weight or a bias, which is given",
    "padding: leave it as it is": "padding, which is given",
    "a formula: it follows by itself": "a result: work it out where the cell is empty",
}


def worksheet_texts(texts: Sequence[Text], title: str) -> tuple[Text, ...]:
    """Return the texts of a sheet as its worksheet has them: without the formulas they show.

    Arguments: the texts; the worksheet's `title`.
    """
    said = [(text, _worksheet_text(text, title)) for text in texts if text.style != "code"]
    # Of an image, for example, there may be nothing left to say but what it is.
    return tuple(
        new for text, new in said if not text.text or (new.text and not new.text.endswith(":"))
    )


def _worksheet_text(text: Text, title: str) -> Text:
    words = title if text.style == "title" else worksheet_words(text.text)
    style: Style = "legend answer" if text.style == "legend formula" else text.style
    return replace(text, text=words, style=style)


def worksheet_words(text: str) -> str:
    """Return what a sheet says as its worksheet says it.

    >>> worksheet_words("The pixels: type over any of them. The padding is zeros.")
    'The padding is zeros.'
    """
    for before, after in _WORKSHEET_WORDS.items():
        text = text.replace(before, after)
    return " ".join(text.split())


def cell_pixels(columns: int) -> int:
    """Return the side of a sheet's square cells: smaller where there are many columns.

    >>> cell_pixels(12), cell_pixels(300)
    (42, 20)
    """
    return next((side for most, side in ((40, 42), (100, 30)) if columns <= most), 20)


ABOUT_SUMMARY = "What this workbook is, its conventions, and how to check it."

_NETWORK_HEADS = ("Sheet", "Layer", "Output", "Parameters", "What is calculated")

_NETWORK_WIDTHS = (150, 310, 100, 220, 490)


def contents_sheet(plan: Plan, title: str) -> Sheet:
    """Return the contents sheet of a plan, under a title."""
    if plan.specifications[0].layout == "network":
        return _network_contents(plan, title)
    lines = [(sheet.name, sheet.summary) for sheet in plan.sheets]
    lines.append((ABOUT, ABOUT_SUMMARY))
    texts = [Text(0, 0, title, "title")]
    for row, (name, summary) in enumerate(lines, start=2):
        texts += [Text(row, 0, name, "link", name), Text(row, 1, summary, "wrapped")]
    return _sheet(title, texts, (190, 560))


def _sheet(title: str, texts: Sequence[Text], widths: Sequence[int]) -> Sheet:
    columns = tuple(enumerate(widths))
    return Sheet(CONTENTS, title, "", 0, texts=tuple(texts), cell=0, widths=columns)


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
    texts += _line(3 + len(lines), ABOUT, ("", "", "", ABOUT_SUMMARY))
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
