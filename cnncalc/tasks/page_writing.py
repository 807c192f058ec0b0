"""Writing pages: what is refused before, the progress, the size after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from cnncalc.network import Network
from cnncalc.sheet.calculations import TrainingPieces
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.export_forms import TitledTrace, article_origins
from cnncalc.tasks.page_making import (
    article_page,
    calculation_page,
    count_formulas,
    key_page,
    network_page,
    recorded_page,
    require_page,
    training_page,
    worksheet_page,
)
from cnncalc.tasks.student_copies import Copy
from cnncalc.views.page.bundle import read_assets
from cnncalc.views.page.document import Page
from cnncalc.views.page.limits import MOST_FORMULAS
from cnncalc.views.page.writing import page_html

__all__ = ["PageForm", "write_page"]


@dataclass(frozen=True)
class PageForm:
    """Pages as a form of export; see `ExportForm`."""

    ending = ".html"
    noun = "a page"
    most_formulas: float = MOST_FORMULAS

    def require_calculation(self, network: Network) -> None:
        """Refuse a calculation that no page can hold."""
        require_page(network.layers, network.input_shape)

    def require_network(self, network: Network) -> None:
        """Refuse a network that no page can hold."""
        require_page(network.layers, network.input_shape)

    def write_article(self, file: BinaryIO, caller: Caller) -> str:
        """Write the article's cases, each in a tab of its own."""
        return write_page(file, article_page(article_origins(caller)))

    def write_calculation(self, file: BinaryIO, copy: Copy, title: str, caller: Caller) -> str:
        """Write one calculation."""
        return write_page(file, _page(copy, title))

    def write_network(self, file: BinaryIO, titled: TitledTrace, caller: Caller) -> str:
        """Write a network's way over an image."""
        what = (titled.title, titled.class_names, titled.target, None, titled.part)
        return write_page(file, network_page(titled.trace, titled.provenance, *what))

    def write_trace(self, file: BinaryIO, titled: TitledTrace, caller: Caller) -> str:
        """Write a trace as what it is of."""
        what = (titled.title, titled.class_names, titled.target)
        return write_page(file, recorded_page(titled.trace, titled.provenance, *what))

    def write_training(self, file: BinaryIO, pieces: TrainingPieces, caller: Caller) -> str:
        """Write a training, step by step."""
        return write_page(file, training_page(pieces))


def _page(copy: Copy, title: str) -> Page:
    if copy.worksheet is not None:
        return worksheet_page(copy.trace, copy.provenance, copy.worksheet)
    if copy.key_to is not None:
        return key_page(copy.trace, copy.provenance, copy.key_to)
    return calculation_page(copy.trace, copy.provenance, title)


def write_page(file: BinaryIO, page: Page) -> str:
    """Write a page; return how many formulas it holds, or what it leaves blank."""
    file.write(page_html(page, read_assets()).encode())
    first = page.flows[0]
    if first.worksheet is not None:
        return f"a worksheet, {first.worksheet.header}"
    formulas = sum(count_formulas(given.flow) for given in page.flows if not given.settings)
    return f"{formulas or count_formulas(first.flow):,} formulas"
