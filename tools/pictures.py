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

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
CROSS = "1 0 1; 0 1 0; 1 0 1"
TERMINAL = {
    "convolve": ["convolve", "article:digit4", "--kernel", "1 0.3; 0.5 2", "--pool", "max:2"],
    "explain": ["convolve", "article:6x6", "--kernel", CROSS, "--pool", "max:2", "--at", "1,1"],
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


def workbook(name: str, sheet: int, folder: Path) -> None:
    """Draw one page of the article's workbook as LibreOffice prints it."""
    subprocess.run(["cnncalc", "export-xlsx", "-o", folder / "a.xlsx", "--force"], check=True)
    soffice = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    subprocess.run(
        [*soffice, "--convert-to", "pdf", "--outdir", folder, folder / "a.xlsx"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    page = ["-f", str(sheet), "-l", str(sheet), "-r", "110", "-png", "-singlefile"]
    subprocess.run(["pdftoppm", *page, folder / "a.pdf", folder / name], check=True)
    save(folder / f"{name}.png", name, width=1000)


def save(path: Path, name: str, width: int) -> None:
    """Cut the empty margins off a picture, and save it small."""
    image = Image.open(path).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    flat = white.convert("RGB")
    box = ImageChops.difference(flat, Image.new("RGB", flat.size, "white")).getbbox()
    cut = flat.crop(box)
    cut.thumbnail((width, 4 * width), Image.Resampling.LANCZOS)
    cut.quantize(128).save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    """Make every picture."""
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in TERMINAL.items():
            terminal(name, arguments, Path(folder))
        workbook("workbook", 6, Path(folder))


if __name__ == "__main__":
    main()
