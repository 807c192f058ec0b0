"""A workbook's colours: those of page and film, one scale a stage, few rules a sheet."""

import io
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from openpyxl.utils import range_boundaries

from cnncalc.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.provenance import Origin, Provenance
from cnncalc.rules.ranges import PIXELS, range_of_numbers
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.plan import Block, Quantity, Sheet, StageScale
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.scales import QuantityScales, stage_scales
from cnncalc.sheet.values import trace_as_written
from cnncalc.views.colors import luminance, rgb
from cnncalc.views.workbook import coloring, look
from tests.sheet.training.examples import NETWORKS, drawn_network, example, pieces
from tests.views.workbook.networks import DrawnNetwork, written_network
from tests.views.workbook.reading import formulas_of

GREENS = ["FFF7FCF5", "FF74C476"]
COLORS = {
    StageScale.SIGNED: ["FF6BAED6", "FFFFFFFF", "FFFDAE6B"],
    StageScale.PIXELS: ["FF000000", "FFFFFFFF"],
    StageScale.ARTICLE: GREENS,
    StageScale.SEQUENTIAL: GREENS,
    StageScale.SHARE: GREENS,
}


def color_rules(sheet):
    """Return the colour scales of a sheet with the rectangles that each of them colours."""
    return [
        (rule.colorScale, [range_boundaries(part) for part in str(area.sqref).split()])
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.type == "colorScale"
    ]


def scales_at(rules, row, column):
    """Return the colour scales of a cell, which is counted from 0."""
    return [
        scale
        for scale, parts in rules
        if any(
            left <= column + 1 <= right and top <= row + 1 <= bottom
            for left, top, right, bottom in parts
        )
    ]


def colors_of(scale):
    return [color.rgb for color in scale.color]


def local(quantity):
    return quantity._replace(step=None, sample=None)


def require_colors_of_the_page(content, specification, values):
    """Each stage has the colours that the flow says, and one scale for all slices and samples."""
    flow = make_flow(specification)
    images = [np.ravel(values[key]) for key in values if local(key) == IMAGE]
    of = range_of_numbers(np.concatenate(images))
    kinds = zip(flow.stages, stage_scales(flow, of), strict=True)
    kind_of = {stage.volume.quantity: kind for stage, kind in kinds}
    book = formulas_of(content)
    for sheet in make_plan([specification]).sheets:
        rules, of_stage = color_rules(book[sheet.name]), {}
        for block in sheet.blocks:
            if block.quantity not in kind_of:
                continue  # a copy on a dashboard, or what is said of drawn weights
            kind = kind_of[block.quantity]
            is_colored = block.role in ("pixels", "formula") and kind != StageScale.NONE
            for row, column in ((0, 0), (block.height - 1, block.width - 1)):
                found = scales_at(rules, block.row + row, block.column + column)
                expected = [COLORS[kind]] if is_colored else []
                assert [colors_of(scale) for scale in found] == expected, (block, kind)
            if is_colored:
                stage = block.quantity._replace(sample=None)
                assert of_stage.setdefault(stage, found[0]) is found[0], block
    return book


@pytest.mark.parametrize("seed", range(6))
def test_a_network_has_the_colours_of_the_page(seed):
    drawn = DrawnNetwork(seed)
    calculated = network_calculation(drawn.trace, "", drawn.class_names, drawn.target)
    require_colors_of_the_page(drawn.written(), *calculated)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_training_has_the_colours_of_the_page_and_few_scales_a_sheet(name):
    loss = "categorical_crossentropy"
    network = drawn_network(name, loss)
    made = example(pieces(network, loss, "Adam(0.1, amsgrad=True)", [(0, 1, 2)]))
    require_colors_of_the_page(made.content, made.specification, made.values)
    count, length = most_scales(made.content)
    assert count <= 100
    assert length < 8_000


def photo(*layers, shape=(6, 6, 3)):
    image = np.random.default_rng(0).integers(0, 256, shape)
    image[0, 0, 0] = 255
    return trace_as_written(initialize(layers, shape, 0), image)


def test_a_photo_is_black_to_white_from_0_to_255_as_is_its_maximum():
    content = written_network(photo(MaxPooling2D(2, name="pool"), Flatten(), Dense(2)))
    for sheet in ("Input", "pool"):
        ((scale, _),) = color_rules(formulas_of(content)[sheet])
        assert colors_of(scale) == COLORS[StageScale.PIXELS]
        assert [(end.type, end.val) for end in scale.cfvo] == [("num", 0), ("num", 255)]


def test_digits_on_pixels_are_white_on_dark_ones_and_black_on_light_ones():
    sheet = formulas_of(written_network(photo(Flatten(), Dense(2))))["Input"]
    digits = [
        (rule.operator, rule.formula, rule.dxf.font.color.rgb)
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.type == "cellIs"
    ]
    assert digits == [
        ("lessThan", ["117.3"], "FFFFFFFF"),
        ("greaterThanOrEqual", ["117.3"], "FF000000"),
    ]


def test_empty_cells_between_pixels_do_not_count_as_black():
    trace = photo(Flatten(), Dense(2))
    sheet = formulas_of(written_network(trace))["Input"]
    areas = [
        str(area.sqref)
        for area in sheet.conditional_formatting
        if any(rule.type == "cellIs" for rule in area.rules)
    ]
    assert areas == ["B8:G13 I8:N13 P8:U13"]


def test_the_articles_grids_are_light_to_dark_green():
    trace = photo(Flatten(), Dense(2), shape=(4, 4, 1))
    made_from = Provenance(image=Origin("article", "digit4"))
    sheet = formulas_of(written_network(trace, provenance=made_from))["Input"]
    ((scale, _),) = color_rules(sheet)
    assert colors_of(scale) == GREENS
    assert [(end.type, end.val) for end in scale.cfvo] == [("num", 0), ("num", 255)]


def test_ends_of_a_signed_stage_follow_all_its_slices_and_0_is_white():
    content = written_network(photo(Conv2D(2, 3, name="c"), Flatten(), Dense(2)))
    rules = color_rules(formulas_of(content)["c"])
    (signed, _) = next(rule for rule in rules if len(rule[0].color) == 3)
    low, middle, high = signed.cfvo
    assert (low.type, middle.type, middle.val, high.type) == ("formula", "num", 0, "formula")
    assert low.val == f"-{high.val}"
    found = re.fullmatch(r"MAX\(MAX\((.*)\),-MIN\((.*)\),1/10\^300\)", high.val)
    cells, again = found.groups()
    assert cells == again
    assert re.fullmatch(r"\$[A-Z]+\$\d+:\$[A-Z]+\$\d+", cells)  # one range for both filters


def test_what_is_never_negative_begins_with_0_unless_it_is_all_far_from_it():
    scales = []
    for least in (0, 200):
        image = np.full((2, 2, 1), 400.0)
        image[0, 0] = least
        trace = trace_as_written(initialize([Flatten(), Dense(2)], (2, 2, 1), 0), image)
        ((scale, _),) = color_rules(formulas_of(written_network(trace))["Input"])
        scales.append([(end.type, end.val) for end in scale.cfvo])
    end = ("formula", "MAX($B$8:$C$9,1/10^300)")
    assert scales == [[("num", 0), end], [("min", 0), end]]


def most_scales(content):
    """Return how many colour scales the fullest sheet has, and how long the longest texts are."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    counts, lengths = [], []
    for name in archive.namelist():
        if name.startswith("xl/worksheets/sheet"):
            text = archive.read(name).decode()
            counts.append(text.count("<colorScale>"))
            lengths += map(len, re.findall(r' (?:sqref|val)="([^"]*)"', text))
    return max(counts), max(lengths)


def test_many_filters_have_few_scales_a_sheet():
    text = "Conv2D(60, 1, padding='same'); Conv2D(2, 3, padding='same'); Flatten(); Dense(2)"
    network = initialize(parse(text).layers, (2, 2, 1), 0)
    made = example(pieces(network, "mean_squared_error", batches=[(0, 1)]))
    count, length = most_scales(made.content)
    assert count <= 60
    assert length < 8_000


class Recorder:
    """A worksheet that keeps the conditional formats it is given."""

    def __init__(self):
        self.rules = []

    def conditional_format(self, *given):
        self.rules.append(given)


def framed_slices(count):
    """Return the blocks of as many slices, a cell with padding at its left side, in a column."""
    quantity = Quantity("stage", "c", "padded input")
    return [
        Block(2 * number, column, 1, 1, role, quantity, (number,), scale=StageScale.SIGNED)
        for number in range(count)
        for column, role in ((0, "padding"), (1, "formula"))
    ]


def rules_of(blocks):
    """Return the rules of a sheet of these blocks."""
    worksheet = Recorder()
    sheet = Sheet("a", "a", "", 0, tuple(blocks))
    known = coloring.Coloring(QuantityScales({}, PIXELS, StageScale.PIXELS), 255)
    coloring.color_numbers(worksheet, sheet, {}, known, None)
    return [options for *_, options in worksheet.rules]


def test_ends_count_the_padding_in_where_that_makes_them_one_range():
    (rule,) = rules_of(framed_slices(3))
    assert rule["max_value"] == "=MAX(MAX($A$1:$B$5),-MIN($A$1:$B$5),1/10^300)"


def test_thousands_of_slices_have_few_rules_each_short_enough():
    blocks = framed_slices(1_000)
    # Between any two slices stands a number of another stage.
    other = replace(blocks[0], role="formula", quantity=Quantity("stage", "c", "bias"))
    others = [replace(other, row=2 * number + 1, column=1) for number in range(1_000)]
    rules = rules_of([*blocks, *others])
    assert len(rules) == 2 * 4
    for rule in rules:
        assert len(rule["multi_range"]) < 8_000
        assert len(rule["max_value"]) < 8_192
        assert rule["max_value"].count(",") < 2 * 255


def contrast(one, other):
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def between(rule):
    """Return the luminance of many colours of a scale, from end to end."""
    names = ("min_color", "mid_color", "max_color")
    ends = np.array([rgb(rule[name].lower()) for name in names if name in rule], dtype=float)
    places = np.linspace(0, len(ends) - 1, 201)
    return luminance(
        np.stack([np.interp(places, range(len(ends)), ends[:, part]) for part in range(3)], axis=-1)
    )


@pytest.mark.parametrize("font", ["#000000", look._INPUT])
@pytest.mark.parametrize("scale", [coloring.signed_scale("A1"), coloring.sequential_scale("A1")])
def test_numbers_can_be_read_on_every_colour_of_a_scale(scale, font):
    ink = float(luminance(np.array(rgb(font.lower()))))
    assert min(contrast(each, ink) for each in between(scale)) >= 4.5


def test_digits_can_be_read_on_every_pixel():
    greys = luminance(np.repeat(np.arange(256)[:, np.newaxis], 3, axis=1))
    dark = np.arange(256) < 255 * coloring._MIDDLE_GREY
    inks = np.where(dark, 1.0, 0.0)
    assert min(contrast(grey, ink) for grey, ink in zip(greys, inks, strict=True)) >= 4.5


def test_a_scale_that_nobody_colours_is_refused():
    stage = coloring._Stage(StageScale.NONE, [0], [])
    with pytest.raises(TypeError, match="none"):
        coloring._scale_of(stage, ["A1"], None, {}, None)
