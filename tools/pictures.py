"""Makes every picture that README.md and the pages of docs/ show, by the command that it names.

    python tools/pictures.py --write [NAME …]   make them anew, all or some
    python tools/pictures.py --check [NAME …]   exit 1 where one is not what is made today

What cnncalc draws itself must be the same to the letter or the pixel. Chromium and LibreOffice draw
with the fonts of their machine: their pictures must be alike. `--check` says which ones it leaves
out because a program isn't installed; with `--all` that is an error, too.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import ClassVar, Protocol

from PIL import Image, ImageChops, ImageSequence, ImageStat
from rich.console import Console
from rich.text import Text

from cnncalc.sheet.paper import ABOVE, BELOW

ROOT = Path(__file__).resolve().parent.parent
FOLDER, WORKBOOKS = ROOT / "docs" / "pictures", ROOT / "workbooks"
BROWSER = next(filter(shutil.which, ("chromium", "google-chrome")), "chromium")
# So many milliseconds of a page's own time pass before its picture is taken: it draws itself.
DRAWN = "--virtual-time-budget=5000"
ENVIRONMENT = os.environ | {
    "COLUMNS": "100",
    "NO_COLOR": "",
    "FORCE_COLOR": "1",
    "COLORTERM": "truecolor",
    "PYTHONUTF8": "1",
}

# As Rich's own, without the fonts that it would have each viewer fetch from elsewhere.
TERMINAL_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px monospace; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


class Maker(Protocol):
    """How a picture is made: what it needs, how far it may differ, and the making itself."""

    programs: ClassVar[tuple[str, ...]]
    tolerance: ClassVar[float]  # of the grey levels 0 to 255, on average, seen from afar

    def make(self, path: Path) -> None:
        """Write the picture to a path in an empty folder."""


@dataclass(frozen=True)
class Drawn:
    """A picture, figure or film that cnncalc writes itself."""

    command: str
    programs: ClassVar[tuple[str, ...]] = ()
    tolerance: ClassVar[float] = (
        1.0  # another release of Pillow may draw letters a little otherwise
    )

    def make(self, path: Path) -> None:
        """Run the command with the picture as its output."""
        cnncalc(f"{self.command} -o {path.name}", path.parent)


@dataclass(frozen=True)
class Terminal:
    """What a command shows in a terminal with colours, below the command itself."""

    command: str
    programs: ClassVar[tuple[str, ...]] = ()
    tolerance: ClassVar[float] = 0.0

    def make(self, path: Path) -> None:
        """Draw the terminal as an SVG; it is as wide as its longest line."""
        shown = cnncalc(self.command, path.parent).rstrip("\n")
        text = Text.from_ansi(f"\x1b[1m$ cnncalc {self.command}\x1b[0m\n\n{shown}\n")
        width = max(line.cell_len for line in text.split("\n"))
        console = Console(record=True, file=StringIO(), width=width, color_system="truecolor")
        console.print(text)
        svg = console.export_svg(title="cnncalc", code_format=TERMINAL_SVG)
        path.write_text(svg, encoding="utf-8")


@dataclass(frozen=True)
class Page:
    """A page that cnncalc writes, as Chromium shows it in a window of so many pixels."""

    command: str
    width: int
    height: int
    fragment: str = ""  # the number that the page opens at
    programs: ClassVar[tuple[str, ...]] = (BROWSER,)
    tolerance: ClassVar[float] = 6.0  # other fonts make 5

    def make(self, path: Path) -> None:
        """Write the page and take its picture."""
        page = path.with_suffix(".html")
        cnncalc(f"{self.command} -o {page.name}", path.parent)
        alone = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
        quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
        # A page scrolls smoothly to where it opens: a picture could be taken on the way.
        still = ("--force-prefers-reduced-motion", "--hide-scrollbars", DRAWN)
        window = (f"--window-size={self.width},{self.height}", *still)
        shot = (f"--user-data-dir={path.parent}/profile", f"--screenshot={path}")
        address = f"{page.as_uri()}#{self.fragment}"
        run([BROWSER, "--headless", *alone, *quiet, *window, *shot, address], path.parent)
        save_small(Image.open(path), path)


# Inches of a page's margins that hold no header or footer, where a first row may reach into.
EDGE = 0.08


@dataclass(frozen=True)
class Sheet:
    """One page of a workbook in workbooks/, as LibreOffice prints it."""

    workbook: str
    page: int
    width: int
    programs: ClassVar[tuple[str, ...]] = ("soffice", "pdftoppm")
    tolerance: ClassVar[float] = 2.0  # other fonts make less than 1, another page of a workbook 15

    def make(self, path: Path) -> None:
        """Print the workbook, and draw the page without what stands above and below."""
        folder, pdf = path.parent, Path(self.workbook).with_suffix(".pdf")
        office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        run([*office, "--convert-to", "pdf", f"{WORKBOOKS / self.workbook}"], folder)
        dots, page = self.width // 9, str(self.page)
        chosen = ["-f", page, "-l", page, "-r", str(dots), "-png", "-singlefile"]
        run(["pdftoppm", *chosen, f"{pdf}", path.stem], folder)
        image = Image.open(path).convert("RGB")
        above, below = (round((inches - EDGE) * dots) for inches in (ABOVE, BELOW))
        body = image.crop((0, above, image.width, image.height - below))
        cut = body.crop(ImageChops.difference(body, Image.new("RGB", body.size, "white")).getbbox())
        cut.thumbnail((self.width, 4 * self.width), Image.Resampling.LANCZOS)
        save_small(cut, path)


CONVOLUTION = (
    "article:6x6 --kernel '1 0 1; 0 1 0; 1 0 1' --bias -500 --activation relu --pool max:2"
)
LENET = (
    'Conv2D(6, 5, padding="same", activation="tanh"); AveragePooling2D(2); '
    'Conv2D(16, 5, activation="tanh"); AveragePooling2D(2); Flatten(); '
    'Dense(120, activation="tanh"); Dense(84, activation="tanh"); Dense(10, activation="softmax")'
)

# Each file in docs/pictures, and how it is made.
PICTURES: Mapping[str, Maker] = {
    "film.gif": Drawn(f"animate {CONVOLUTION}"),
    "page.png": Page(f"export-html {CONVOLUTION}", width=1280, height=800, fragment="at=3.1.1"),
    "flow.svg": Drawn(f"convolve {CONVOLUTION}"),
    "architecture.svg": Drawn(f"summary '{LENET}' --input-shape 28,28,1"),
    "convolve.svg": Terminal("convolve --kernel '1 0.3; 0.5 2' --pool max:2"),
    "workbook.png": Sheet("article.xlsx", page=6, width=1000),
    "training-step.png": Sheet("training-step.xlsx", page=4, width=2000),
    "training-digits.png": Sheet("training-digits.xlsx", page=1, width=1400),
}


def cnncalc(arguments: str, folder: Path) -> str:
    """Run a command of cnncalc as in a terminal with colours, and return what it prints."""
    return run([sys.executable, "-m", "cnncalc", *shlex.split(arguments)], folder)


def run(command: list[str], folder: Path) -> str:
    """Run a program in a folder, and return what it prints."""
    result = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, check=False, capture_output=True, encoding="utf-8"
    )
    if result.returncode:
        sys.exit(f"{shlex.join(command)}\n{result.stderr}")
    return result.stdout


def save_small(image: Image.Image, path: Path) -> None:
    """Save a picture as a PNG of 256 colours."""
    image.convert("RGB").quantize(256).save(path, optimize=True)


def difference(made: Path, kept: Path, tolerance: float) -> str:
    """Tell what sets a picture apart from the one that is made today: nothing where it is alike."""
    if not kept.exists():
        return "is not there"
    if made.suffix == ".svg":
        same = made.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
        return "" if same else "is not what is drawn today"
    today, before = frames(made), frames(kept)
    if len(today) != len(before):
        return f"has {len(before)} frames, today {len(today)}"
    return next(filter(None, map(partial(frame_difference, tolerance), today, before)), "")


def frames(path: Path) -> list[Image.Image]:
    """Return the frames of a picture, of most pictures the only one."""
    with Image.open(path) as image:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]


def frame_difference(tolerance: float, today: Image.Image, before: Image.Image) -> str:
    """Tell what sets two frames apart: their sizes, or their grey levels as seen from afar."""
    slack = 0.03 if tolerance else 0.0
    sizes = zip(today.size, before.size, strict=True)
    if any(abs(new - old) > slack * new for new, old in sizes):
        return "is {} × {} pixels, today {} × {}".format(*before.size, *today.size)
    afar = (today.width // 8, today.height // 8) if tolerance else today.size
    levels = ImageStat.Stat(ImageChops.difference(today.resize(afar), before.resize(afar))).mean
    if max(levels) > tolerance:
        return f"differs by {max(levels):.2f} grey levels; {tolerance:g} are allowed"
    return ""


def missing(maker: Maker) -> list[str]:
    """Return the programs that a picture needs and this machine doesn't have."""
    return [program for program in maker.programs if shutil.which(program) is None]


def told(name: str, *, write: bool) -> str:
    """Make a picture; return what is wrong with the one that is kept, or that it was written."""
    maker = PICTURES[name]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / name
        maker.make(made)
        wrong = difference(made, FOLDER / name, 0.0 if write else maker.tolerance)
        if write and wrong:
            shutil.copyfile(made, FOLDER / name)
            return "written"
    return wrong


def main() -> int:
    """Write or check the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="make pictures anew")
    choice.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    parser.add_argument("--all", action="store_true", help="fail where a program is missing")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of docs/pictures; all of them")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in PICTURES]
    if unknown:
        parser.error(f"expected one of {', '.join(PICTURES)}. Received: {unknown[0]}")
    failed = False
    for name in chosen.names or PICTURES:
        lacking = missing(PICTURES[name])
        said = f"needs {', '.join(lacking)}" if lacking else told(name, write=chosen.write)
        if said:
            sys.stdout.write(f"docs/pictures/{name} {said}\n")
        failed |= bool(chosen.all if lacking else said and chosen.check)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
