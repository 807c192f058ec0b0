"""How training works a network out: the algorithm of each layer, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from cnncalc.network.algorithms import Choice, meanings, whole_batch_layers
from cnncalc.network.product_speed import MeasuredProduct
from cnncalc.ops.small_products import Product
from cnncalc.summary import Summary
from cnncalc.training.plan import ARTICLE
from cnncalc.views.terminal.screen import FAINT, Display, Screen
from cnncalc.views.terminal.summary import memory_text
from cnncalc.views.terminal.tables import Column, Page, plain_table

__all__ = ["product_texts", "render_algorithms"]

COLUMNS: tuple[Column, ...] = (("Layer", "left"), ("Algorithm", "left"), ("Why", "left"))

PRODUCT_COLUMNS: tuple[Column, ...] = (
    *(("Layer", "left"), ("Product", "left"), ("Shapes", "left"), ("In parts of", "left")),
    ("Speed", "right"),
)

# Where a reason would have fewer columns, those between two included, it stands below the names.
LEAST_REASON = 34

Row = tuple[str, str, str]


def render_algorithms(
    summary: Summary, plan: Sequence[Choice], products: Sequence[MeasuredProduct]
) -> Page:
    """Render which algorithm training takes for each of a network's layers, and its products."""

    def build(screen: Screen) -> Iterator[RenderableType]:
        yield screen.line("How training works the layers out", "bold")
        yield screen.line()
        yield from _whole_batch(summary, screen)
        rows = _rows(summary, plan)
        if _fits(rows, screen):
            yield plain_table(COLUMNS, rows, screen)
            yield screen.line()
        else:
            yield from _row_by_row(rows, screen)
        yield from _legend(plan, screen)
        yield screen.line()
        if products:
            yield from _products(summary, products, screen)

    return Page(Display(), build)


def _rows(summary: Summary, plan: Sequence[Choice]) -> list[Row]:
    names = [row.layer.name for row in summary.layers]
    return [
        (
            " + ".join(names[choice.first : choice.first + choice.layers]),
            choice.algorithm,
            choice.reason,
        )
        for choice in plan
    ]


def _whole_batch(summary: Summary, screen: Screen) -> Iterator[Text]:
    """Say which layers need something of the whole batch, and what that costs."""
    found = whole_batch_layers([row.layer for row in summary.layers])
    if not found:
        return
    name, batch = summary.layers[found[0]].layer.name, ARTICLE.batch_size
    needs = f"{name} and {len(found) - 1} more need" if len(found) > 1 else f"{name} needs"
    yield from screen.sentences(
        f"{needs} mean and variance of the whole batch: its pieces halt there, on the way there "
        "and back, and all are kept until the last one is through. Without that, each piece's "
        f"memory would serve the next. Of {batch} images the layers' outputs alone take "
        f"{memory_text(batch * summary.output_bytes)}; the peak is two to three times that."
    )
    yield screen.line()


def _products(
    summary: Summary, products: Sequence[MeasuredProduct], screen: Screen
) -> Iterator[RenderableType]:
    """Tell the shapes of the products, and how fast this machine is at them."""
    names = [row.layer.name for row in summary.layers]
    rows = [
        (
            " + ".join(measured.choice.of(names)),
            measured.product.purpose.value,
            *product_texts(measured.product),
            f"{measured.share:.0%}",
        )
        for measured in products
    ]
    yield screen.line("Its matrix products", "bold")
    yield screen.line()
    yield plain_table(PRODUCT_COLUMNS, rows, screen)
    yield screen.line()
    yield from screen.sentences(
        "Each product is that of a row of outputs of one piece of a batch of "
        f"{ARTICLE.batch_size} images, of a Dense layer of the whole piece. In small parts it is "
        "multiplied as it lies. The last column is its speed beside that of a large product, one "
        "thread each, measured on this machine a moment ago, a few rows at once and nothing else. "
        "It varies from one moment to the next.",
        FAINT,
    )
    yield screen.line()


def product_texts(product: Product) -> tuple[str, str]:
    """Return a product's shape, and that of the parts that it is worked out in.

    >>> from cnncalc.ops.small_products import Purpose
    >>> product_texts(Product(Purpose.FORWARD, 10, 75, 2368, is_cut=True))
    ('10×75 · 75×2368', '10×75 · 75×1184')
    """
    rows, depth, columns = product.parts
    whole = f"{product.rows}×{product.depth} · {product.depth}×{product.columns}"
    return whole, f"{rows}×{depth} · {depth}×{columns}" if product.is_cut else "as a whole"


def _fits(rows: Sequence[Row], screen: Screen) -> bool:
    names, algorithms, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    return names + algorithms + LEAST_REASON <= screen.width


def _row_by_row(rows: Sequence[Row], screen: Screen) -> Iterator[Text]:
    for names, algorithm, reason in rows:
        yield from screen.sentences(f"{names}: {algorithm}", "bold")
        yield from screen.sentences(reason)
        yield screen.line()


def _legend(plan: Sequence[Choice], screen: Screen) -> Iterator[Text]:
    """Say what each algorithm does that the plan names."""
    for algorithm, meaning in meanings(plan).items():
        yield from screen.sentences(f"{algorithm}: {meaning}.", FAINT)
    yield screen.line()
    joined = any(choice.layers > 1 for choice in plan)
    together = "Layers joined by + are worked out together. " if joined else ""
    same = "Every algorithm gives the same numbers, but for the last bits."
    yield from screen.sentences(together + same, FAINT)
