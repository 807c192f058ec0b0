"""Opens pages in Chromium: how large they are, when they are painted, how fast a change follows."""

from __future__ import annotations

import json
import re
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import FailedContenderError
from benchmarks.measuring import Spread, require
from benchmarks.reporting import Asked, program, table
from cnncalc.tasks.exporting import export_page, export_training
from cnncalc.views.page.bundle import read_assets

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")

# What is wanted: milliseconds until all is painted, and from a key until a change is.
PAINTED, CHANGED = 300, 50

LENET = (
    'Conv2D(6, 5, padding="same", activation="tanh"); AveragePooling2D(2); '
    'Conv2D(16, 5, activation="tanh"); AveragePooling2D(2); Flatten(); '
    'Dense(120, activation="tanh"); Dense(84, activation="tanh"); Dense(10, activation="softmax")'
)
DIGITS = 'Conv2D(4, 3, activation="relu"); MaxPooling2D(2); Flatten(); Dense(10, "softmax")'
PHOTO = 'Conv2D(10, 5, activation="relu"); MaxPooling2D(2); Flatten(); Dense(2, "softmax")'

# It runs before the page's own script: when the flow is there and has been painted, and how long
# after the last Enter the next frame was painted.
WATCH = """
const soon = (then) => requestAnimationFrame(() => setTimeout(then));
const seen = new MutationObserver(() => {
  if (!document.querySelector("#flow .grid")) return;
  seen.disconnect();
  soon(() => { window.painted = performance.now(); });
});
seen.observe(document, { childList: true, subtree: true });
addEventListener("keydown", (event) => {
  const began = performance.now();
  if (event.key === "Enter") soon(() => { window.changed = performance.now() - began; });
}, true);
"""


@dataclass(frozen=True)
class Opened:
    """What was measured of a page: its bytes, and milliseconds, a number each time it was open."""

    formulas: str
    size: int
    painted: Sequence[float]
    changed: Sequence[float]


def written(name: str, folder: Path) -> tuple[Path, str]:
    """Write a page by its name, and return its path and how many formulas it holds."""
    path, said = folder / "page.html", list[str]()
    random = np.random.default_rng(0)
    match name:
        case "a convolution":
            export_page(path, "article:digit4", [[1, 0.3], [0.5, 2]], say=said.append)
        case "LeNet-5":
            export_page(path, random.integers(0, 256, (28, 28)), network=LENET, say=said.append)
        case "10 steps of training":
            how = {"training_steps": 10, "batch_size": 6, "samples": 6, "learning_rate": 0.03}
            export_training(path, DIGITS, say=said.append, **how)  # type: ignore[arg-type]
        case _:
            image = random.integers(0, 256, (150, 150, 3))
            export_page(path, image, network=PHOTO, say=said.append)
    [formulas] = re.findall(r"\(([\d,]+) formulas", said[-1])
    return path, formulas


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium, as the system has it."""
    require(["playwright"])
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield browser
        browser.close()


def opened(browser: Browser, name: str, rounds: int) -> Opened:
    """Open a page some times, in a window of its own each, and type a number there."""
    with tempfile.TemporaryDirectory() as folder:
        path, formulas = written(name, Path(folder))
        measured = [_once(browser, path) for _ in range(rounds + 1)][1:]
        painted, changed = zip(*measured, strict=True)
        return Opened(formulas, path.stat().st_size, painted, changed)


def _once(browser: Browser, path: Path) -> tuple[float, float]:
    # What waits for a number evaluates a text, which the page's own policy forbids.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(f"{path.as_uri()}#at={_entered(path)}")
    painted = _waited(page, "painted")
    page.locator("#flow").focus()
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    changed = _waited(page, "changed")
    if not page.locator("button", has_text="Reset").is_enabled():
        message = f"{path.name}: nothing was typed, so that there was nothing to follow"
        raise FailedContenderError(message)
    context.close()
    return painted, changed


def _entered(path: Path) -> str:
    """Return the first pixel or choice of a page, as a link names it."""
    [text] = re.findall(r'id="document">(.*?)</script>', path.read_text("utf-8"))
    import zlib

    [flow, *_] = json.loads(zlib.decompress(b64decode(json.loads(text)["data"])))["flows"]
    parts = [part for stage in flow["stages"] for part in stage["slices"]]
    roles = [part[4][0][4] for part in parts]
    return f"{roles.index('pixels')}.0.0"


def _waited(page: Page, name: str) -> float:
    found = page.wait_for_function(f"window.{name}", timeout=60_000)
    return float(found.json_value())


def pages(asked: Asked) -> Sequence[str]:
    """Measure four pages, of a hundred to 800,000 formulas."""
    names = ["a convolution", "LeNet-5", "10 steps of training", "a photo of 150×150×3"]
    names, rounds = (names[:1], 1) if asked.tiny else (names, 7)
    assets = read_assets()
    code = len(assets.script.encode()) + len(assets.style.encode())
    with chromium() as browser:
        measured = {name: opened(browser, name, rounds) for name in names}
    header = (
        "",
        "formulas",
        "kB",
        "without script and style",
        "ms until painted",
        "ms to a change",
    )
    rows = [
        (
            name,
            found.formulas,
            f"{found.size / 1000:,.0f}",
            f"{(found.size - code) / 1000:,.0f}",
            Spread.of(found.painted),
            Spread.of(found.changed),
        )
        for name, found in measured.items()
    ]
    return [
        f"Pages of cnncalc in Chromium, without a graphics processor; script and style are "
        f"{code / 1000:,.0f} kB of each. Wanted are {PAINTED} ms from the opening until it is "
        f"painted, and {CHANGED} ms from Enter until the change of a pixel is, at 100,000 "
        "formulas.",
        table(header, rows),
    ]


PARTS = {"pages": pages}

if __name__ == "__main__":
    program("page", PARTS)
