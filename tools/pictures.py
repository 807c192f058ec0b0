"""Makes the pictures of the README anew: docs/pictures/*.png.

It needs LibreOffice (soffice), poppler (pdftoppm), Chromium and cnncalc itself. Pictures are
looked at before they are committed, so CI does not make them.

    python tools/pictures.py
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
PICTURES, WORKBOOKS = ROOT / "docs" / "pictures", ROOT / "workbooks"
CROSS = "1 0 1; 0 1 0; 1 0 1"
TERMINAL = {
    "convolve": ["convolve", "article:digit4", "--kernel", "1 0.3; 0.5 2", "--pool", "max:2"],
    "explain": ["convolve", "article:6x6", "--kernel", CROSS, "--pool", "max:2", "--at", "1,1"],
}
# Where a page's header ends and its footer begins, in inches from its edge.
MARGIN = 0.41
# Of each workbook, which page of its printed form, and how many pixels wide.
PAGES = {
    "workbook": ("article", 6, 1000),
    "training-step": ("training-step", 4, 2000),
    "training-digits": ("training-digits", 1, 1400),
}


def terminal(name: str, arguments: list[str], folder: Path) -> None:
    """Draw what a command shows in a terminal with colours."""
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    subprocess.run(["cnncalc", *arguments, "-o", svg], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--disable-background-networking", "--default-background-color=00000000"),
            *("--window-size=1500,2600", f"--screenshot={png}", f"file://{svg}"),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    save(png, name, width=1000)


def workbook(name: str, source: str, page: int, width: int, folder: Path) -> None:
    """Draw one page of a workbook that is checked in, as LibreOffice prints it."""
    soffice = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    subprocess.run(
        [*soffice, "--convert-to", "pdf", "--outdir", folder, WORKBOOKS / f"{source}.xlsx"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    dots = width // 9
    chosen = ["-f", str(page), "-l", str(page), "-r", str(dots), "-png", "-singlefile"]
    png = folder / f"{name}.png"
    subprocess.run(["pdftoppm", *chosen, folder / f"{source}.pdf", png.with_suffix("")], check=True)
    image = Image.open(png)
    # Without what is printed above and below.
    margin = round(MARGIN * dots)
    image.crop((0, margin, image.width, image.height - margin)).save(png)
    save(png, name, width)


def save(path: Path, name: str, width: int) -> None:
    """Cut the empty margins off a picture, and save it small."""
    image = Image.open(path).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    flat = white.convert("RGB")
    box = ImageChops.difference(flat, Image.new("RGB", flat.size, "white")).getbbox()
    cut = flat.crop(box)
    cut.thumbnail((width, 4 * width), Image.Resampling.LANCZOS)
    cut.quantize(256).save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    """Make every picture."""
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in TERMINAL.items():
            terminal(name, arguments, Path(folder))
        for name, (source, page, width) in PAGES.items():
            workbook(name, source, page, width, Path(folder))


if __name__ == "__main__":
    main()
