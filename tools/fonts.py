"""Makes the two faces that figures are set in, from Inter 4.0 (https://rsms.me/inter, OFL 1.1).

    python tools/fonts.py FOLDER     of Inter-Regular.otf and Inter-SemiBold.otf

Of Inter it keeps what figures write: Latin, Greek and Cyrillic letters, arrows and signs. Digits
are as wide as each other (Inter's `tnum`), so that numbers stand below each other in any program;
a few signs that Inter lacks are drawn here. Without kerning, the sum of the advances is the width.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

FACES = {"Inter-Regular.otf": "regular.ttf", "Inter-SemiBold.otf": "bold.ttf"}
TARGET = Path("cnncalc/views/figure/fonts")
NAME = "Inter for cnncalc"

RANGES = ((0x20, 0x7E), (0xA0, 0x17F), (0x386, 0x3CE), (0x400, 0x45F))
SIGNS = (
    "‐‑‒–—―‘’‚‛“”„†‡•…‰′″‹›⁄€№™"
    "⁰ⁱ¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵖ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
    "←↑→↓↔↕↖↗↘↙⇐⇒⇔∂∅∆∏∑−∕√∞∫≈≠≤≥■□▲▶▼◀●○✓✗"
)
# Of a line's thickness; the same in both faces.
THICK = 210


def rectangle(pen: TTGlyphPen, left: int, bottom: int, right: int, top: int) -> None:
    """Draw one stroke of a sign."""
    pen.moveTo((left, bottom))
    for point in ((left, top), (right, top), (right, bottom)):
        pen.lineTo(point)
    pen.closePath()


# When Inter 4.0 came out, in seconds from 1904: the same faces are the same files.
MADE = 3_782_800_000

# What Inter lacks: of each sign, its width and its strokes (left, bottom, right, top).
DRAWN = {
    "⌊": (1000, ((300, -420, 300 + THICK, 2200), (300, -420, 860, -420 + THICK))),
    "⌋": (1000, ((490, -420, 490 + THICK, 2200), (140, -420, 700, -420 + THICK))),
    "⌈": (1000, ((300, -420, 300 + THICK, 2200), (300, 2200 - THICK, 860, 2200))),
    "⌉": (1000, ((490, -420, 490 + THICK, 2200), (140, 2200 - THICK, 700, 2200))),
    "≡": (1800, tuple((260, y, 1540, y + THICK) for y in (250, 680, 1110))),
    "⋮": (800, tuple((270, y, 530, y + 260) for y in (0, 700, 1400))),
}

# Signs that look like one that Inter has, or like one turned by half.
LIKE = {"⋅": "·", "∗": "*", "∼": "~", "\u2126": "Ω"}
TURNED = {"∇": "∆"}


def outlines(font: TTFont) -> None:
    """Turn cubic outlines into the quadratic ones that every program can embed."""
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    table = newTable("glyf")
    table.glyphs, table.glyphOrder = {}, order
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        table.glyphs[name] = pen.glyph()
    font["glyf"], font["loca"] = table, newTable("loca")
    for tag in ("CFF ", "VORG", "GPOS", "GSUB", "GDEF", "BASE", "STAT", "DSIG"):
        if tag in font:
            del font[tag]
    most = font["maxp"]
    most.tableVersion = 0x00010000
    for field in (
        *("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"),
        *("maxStackElements", "maxSizeOfInstructions", "maxComponentElements"),
    ):
        setattr(most, field, 1 if field == "maxZones" else 0)
    font["post"].formatType, font["post"].extraNames, font["post"].mapping = 2.0, [], {}
    font.sfntVersion = "\x00\x01\x00\x00"


def tabular(font: TTFont) -> dict[str, str]:
    """Return the glyph that Inter has for each one where digits are to be as wide as each other."""
    features = font["GSUB"].table.FeatureList.FeatureRecord
    feature = next(record.Feature for record in features if record.FeatureTag == "tnum")
    lookup = font["GSUB"].table.LookupList.Lookup[feature.LookupListIndex[0]]
    found: dict[str, str] = {}
    for table in lookup.SubTable:
        found |= getattr(table, "ExtSubTable", table).mapping
    return found


def add_drawn(font: TTFont) -> None:
    """Add the signs that Inter lacks."""
    for sign, (width, strokes) in DRAWN.items():
        pen = TTGlyphPen(None)
        for stroke in strokes:
            rectangle(pen, *stroke)
        add_glyph(font, sign, pen, width)
    for sign, other in TURNED.items():
        name = font.getBestCmap()[ord(other)]
        glyph, pen = font["glyf"][name], TTGlyphPen(None)
        glyph.recalcBounds(font["glyf"])
        wide, high = font["hmtx"][name][0], glyph.yMin + glyph.yMax
        font.getGlyphSet()[name].draw(TransformPen(pen, (-1, 0, 0, -1, wide, high)))
        add_glyph(font, sign, pen, wide)
    for table in font["cmap"].tables:
        table.cmap |= {ord(sign): table.cmap[ord(other)] for sign, other in LIKE.items()}


def add_glyph(font: TTFont, sign: str, pen: TTGlyphPen, width: int) -> None:
    """Add what a pen has drawn as a sign."""
    name, glyph = f"uni{ord(sign):04X}", pen.glyph()
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"].glyphs[name], font["glyf"].glyphOrder = glyph, font.getGlyphOrder()
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, glyph.xMin)
    for table in font["cmap"].tables:
        table.cmap[ord(sign)] = name


def make(source: Path, target: Path) -> None:
    """Write one face."""
    font = TTFont(source)
    wide = tabular(font)
    for table in font["cmap"].tables:
        for code in (*map(ord, "0123456789+-−.,"),):
            if code in table.cmap:
                table.cmap[code] = wide.get(table.cmap[code], table.cmap[code])
    codes = {code for first, last in RANGES for code in range(first, last + 1)}
    options = Options(layout_features=[], name_IDs=[1, 2], hinting=False, notdef_outline=True)
    options.drop_tables += ["GPOS", "GSUB", "GDEF"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes | set(map(ord, SIGNS)))
    subsetter.subset(font)
    outlines(font)
    add_drawn(font)
    for record in font["name"].names:
        record.string = NAME if record.nameID == 1 else record.toUnicode()
    font["head"].created = font["head"].modified = MADE
    font.recalcTimestamp = False
    font.save(target)


if __name__ == "__main__":
    for face, name in FACES.items():
        make(Path(sys.argv[1]) / face, TARGET / name)
