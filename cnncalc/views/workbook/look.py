"""How cells look: colours, fonts, borders and number formats."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cnncalc.sheet.plan import Block, Role, Style

__all__ = ["Formats", "cell_points", "text_look"]

# The colours that spreadsheets themselves have for good and bad.
RIGHT: Mapping[str, Any] = {"bg_color": "#C6EFCE", "font_color": "#006100"}
WRONG: Mapping[str, Any] = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}

# What programs without colour scales show instead: Gnumeric drops them when it saves.
ON_DARK: Mapping[str, Any] = {"bg_color": "#404040", "font_color": "#FFFFFF"}
ON_LIGHT: Mapping[str, Any] = {"font_color": "#000000"}

_LINE = "#C9D3C6"
_GREY = "#D9D9D9"
# Dark enough to be read on every colour of a scale.
_INPUT = "#12346B"


def _bar(color: str, background: str) -> Mapping[str, Any]:
    return {"bold": True, "font_size": 10, "font_color": color, "bg_color": background}


def _heading(color: str) -> Mapping[str, Any]:
    return {"bold": True, "font_size": 10, "font_color": color, "valign": "bottom"}


_TEXTS: Mapping[Style, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#1E5631"},
    "heading": {"bold": True, "font_size": 11, "font_color": "#1E5631"},
    "caption": {"font_size": 9, "font_color": "#5B6B5E", "valign": "bottom"},
    "label": {"font_size": 10, "font_color": "#5B6B5E", "valign": "vcenter"},
    "meaning": {"font_size": 10, "valign": "vcenter", "indent": 1},
    "text": {"font_size": 10, "valign": "vcenter"},
    "link": {"font_size": 10, "font_color": "#1F4FA3", "underline": 1, "valign": "vcenter"},
    "wrapped": {"font_size": 10, "text_wrap": True, "valign": "vcenter"},
    "code": {"font_size": 10, "font_name": "Consolas", "valign": "vcenter"},
    "weights": _heading("#7A5B00"),
    "forward": _heading("#1E5631"),
    "backward": _heading("#B4470E"),
    "rule": {"font_size": 10, "font_color": "#5B6B5E", "valign": "bottom"},
    "entry": {"font_size": 11, "font_color": _INPUT, "bottom": 1, "locked": False},
    "weights bar": _bar("#7A5B00", "#FFE9A8"),
    "forward bar": _bar("#1E5631", "#CDE8C9"),
    "backward bar": _bar("#B4470E", "#FBD9BF"),
}

_CELL = {"align": "center", "valign": "vcenter", "border": 1, "border_color": _LINE}
_CELLS: Mapping[Role, dict[str, Any]] = {
    "pixels": _CELL | {"font_color": _INPUT, "bg_color": "#E3F2E1"},
    "weights": _CELL | {"font_color": _INPUT, "bg_color": "#FFF4CC", "bold": True},
    "padding": _CELL | {"font_color": "#9AA39C", "bg_color": "#F0F0F0", "italic": True},
    "formula": _CELL,
    "label": _CELL | {"font_color": "#5B6B5E"},
    "name": _CELL | {"font_color": _INPUT, "bg_color": "#FFF4CC", "align": "left"},
    "choice": _CELL | {"font_color": _INPUT, "bg_color": "#DCE9F9", "bold": True},
    "answer": _CELL | {"font_color": _INPUT, "border_color": _INPUT, "locked": False},
}
# What is given stands in the same grid, since of two borders the lighter one would be seen.
_GIVEN = {"font_color": "#000000", "locked": True}
# What a worksheet asks for stands out in its key, in grey as well.
_ASKED = {"bold": True, "underline": 1}


def text_look(style: Style) -> Mapping[str, Any]:
    """Return how a text looks; the legend's samples, which hold none, look like any text."""
    return _TEXTS["text" if style.startswith("legend ") else style]


def cell_points(pixels: int) -> int:
    """Return the size of the numbers in cells so many pixels wide, 0 for a spreadsheet's own."""
    if not pixels:
        return 10
    return next((points for least, points in ((42, 10), (36, 9), (30, 8)) if pixels >= least), 6)


class Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Any, *, is_article: bool) -> None:
        """Arguments: the `workbook`; whether its pixels are green, as the article's."""
        self._workbook = workbook
        grey = _CELLS["pixels"] | {"bg_color": _GREY}
        self._cells = _CELLS if is_article else {**_CELLS, "pixels": grey}
        self._made: dict[tuple[object, ...], Any] = {}

    def text(self, style: Style) -> Any:
        """Return the format of a text."""
        if style.startswith("legend "):
            role: Any = style.removeprefix("legend ")
            return self._get((style,), {**self._cells[role], "locked": True})
        return self._get((style,), _TEXTS[style])

    def cell(self, block: Block, pixels: int) -> Any:
        """Return the format of a block's cells, in a sheet whose cells are `pixels` wide."""
        return self._cell(block.role, pixels, block.number_format)

    def given(self, block: Block, pixels: int) -> Any:
        """Return the format of what is given among a worksheet's answers."""
        return self._cell("answer", pixels, block.number_format, _GIVEN)

    def asked(self, block: Block, pixels: int) -> Any:
        """Return the format of what a worksheet asks for, in its key."""
        return self._cell(block.role, pixels, block.number_format, _ASKED)

    def mark(self, *, right: bool) -> Any:
        """Return the format that a right or a wrong answer takes on."""
        return self._get(("mark", right), RIGHT if right else WRONG)

    def pixel(self, *, is_dark: bool) -> Any:
        """Return the format that a dark or a light pixel takes on."""
        return self._get(("pixel", is_dark), ON_DARK if is_dark else ON_LIGHT)

    def _cell(
        self,
        role: Role,
        pixels: int,
        number_format: str,
        changed: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        size = cell_points(pixels)
        properties = {"font_size": size, "num_format": number_format, **changed}
        return self._get((role, size, number_format, *changed), {**self._cells[role], **properties})

    def _get(self, key: tuple[object, ...], properties: Mapping[str, Any]) -> Any:
        if key not in self._made:
            self._made[key] = self._workbook.add_format(dict(properties))
        return self._made[key]
