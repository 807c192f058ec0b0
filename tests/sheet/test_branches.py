"""Networks that branch, in cells: every formula gives what the trace has, wherever it reads."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from cnncalc.errors import OptionError
from cnncalc.files.engines import recalculate
from cnncalc.layers import Add, Concatenate, Conv2D, Flatten, InputLayer, ReLU
from cnncalc.layers.graph import IMAGE
from cnncalc.network import initialize
from cnncalc.sheet.branches import branches_of
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.plan import Plan, Specification, Values
from cnncalc.sheet.planning import make_plan, specify_network
from cnncalc.sheet.scales import StageScale, stage_scales
from cnncalc.sheet.scenes import runs
from cnncalc.sheet.size import estimate, least_formulas
from cnncalc.sheet.worksheet import WorksheetOptions, as_worksheet
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.views.workbook.export import WorkbookOptions, write
from tests.drawn_graphs import few_graphs, graphs
from tests.sheet.branching import BRANCHING, branching, trace_of
from tests.test_recalculation_of_exports import ENGINES
from tests.trace.drawn import vary

DRAWN, FEW = 36, 4


def planned(network) -> tuple[Plan, Values]:
    specification, values = network_calculation(trace_of(network))
    return make_plan([specification]), values


def written(network) -> bytes:
    plan, values = planned(network)
    stream = io.BytesIO()
    write(stream, plan, [values], WorkbookOptions())
    return stream.getvalue()


def formulas(name: str, sheet: str) -> list[tuple[str, str]]:
    """Return the places of a sheet's blocks, and the formula of the first cell of each."""
    plan, _ = planned(branching(name))
    blocks = next(found.blocks for found in plan.sheets if found.name == sheet)
    return [(block.range, block.formula.text(0, 0)) for block in blocks if block.formula]


def require_agreement(networks, engine):
    workbooks = [written(network) for network in networks]
    evaluations = recalculate(workbooks, engine)
    for number, (content, cells) in enumerate(zip(workbooks, evaluations, strict=True)):
        report = compare_exported(read_exported(content), cells)
        assert report.evaluated.cells > 0
        assert report.agrees, (number, report.evaluated.first, report.stored.first)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_spreadsheet_calculates_every_way_of_standing_beside_each_other(engine):
    require_agreement(map(branching, BRANCHING), engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_spreadsheet_calculates_what_the_trace_has(engine):
    drawn = few_graphs(FEW if engine == "formualizer" else DRAWN)
    networks = [vary(layers, shape, seed) for seed, (layers, shape) in enumerate(drawn)]
    require_agreement(networks, engine)


@given(graph=graphs())
def test_an_estimate_counts_every_formula_and_no_fewer_than_least(graph):
    network = vary(*graph)
    plan, _ = planned(network)
    counted = sum(
        block.height * block.width
        for sheet in plan.sheets
        for block in sheet.blocks
        if block.formula
    )
    assert estimate(plan).formulas == counted
    assert least_formulas(network.layers, network.input_shape) <= counted


def test_a_sum_reads_both_results():
    assert formulas("residual", "add")[0] == ("B8:G13", "conv2d_1!AD8+conv2d!AD8")


def test_what_counts_at_all_positions_is_read_where_it_stands():
    assert [text for _, text in formulas("squeeze and excite", "multiply")] == [
        f"conv2d!X{row}*dense!${column}$9"
        for row, column in zip((8, 15, 22, 29), "DEFG", strict=True)
    ]
    assert formulas("one for each channel", "join")[1][1] == "b!M14*gate!$D$8"


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("one for each position", "one!L8-a!Q8"),
        ("one row and one column", "MAX(a!M8,b!M8)"),
        ("three", "AVERAGE(a!R8,b!M8,third!M8)"),
        ("itself, and the image", "MIN(twice!B8,Input!B8)"),
    ],
)
def test_each_merge_has_its_formula(name, formula):
    assert formulas(name, "join")[0][1] == formula


def test_vectors_that_stand_otherwise_are_read_piece_by_piece():
    assert formulas("vectors that stand otherwise", "join") == [
        ("C6:D6", "flatten!C8+units!D8+one!$D$8"),
        ("E6:F6", "flatten!C9+units!F8+one!$D$8"),
        ("G6:H6", "flatten!C10+units!H8+one!$D$8"),
        ("I6:J6", "flatten!C11+units!J8+one!$D$8"),
        ("K6:L6", "flatten!C12+units!L8+one!$D$8"),
        ("M6:N6", "flatten!C13+units!N8+one!$D$8"),
    ]


def volume(name: str, layer: str):
    flow = make_flow(specify_network(branching(name)))
    return next(stage.volume for stage in flow.stages if stage.volume.layer == layer)


def test_a_concatenation_says_which_layer_each_channel_comes_from():
    found = volume("inception", "concatenate")
    assert found.title == "single, wide, pooled"
    assert [item.caption for item in found.items] == [
        *("single 0", "single 1", "wide 0", "wide 1", "wide 2", "pooled"),
    ]


def test_a_merge_says_what_it_joins_and_what_counts_where():
    found = volume("squeeze and excite", "multiply")
    assert found.title == "conv2d × dense"
    assert found.sentences == (
        "conv2d and dense multiplied, number by number.",
        "dense is the same for all rows and columns.",
    )
    assert volume("one for each position", "join").notes == ("one is the same for all channels.",)


def test_more_results_than_a_formula_holds_are_refused_by_name():
    layers = (ReLU(name="re_lu"), Add(name="add", inputs=("re_lu",) * 33))
    with pytest.raises(OptionError, match=r"layer add: a workbook can join 32 results at most"):
        make_plan([Specification("", layers, (2, 2, 1), "network")])


def links(name: str) -> dict[str, list[str]]:
    plan, _ = planned(branching(name))
    return {
        sheet.name: [text.text for text in sheet.texts if text.style == "link"][1:]
        for sheet in plan.sheets
    }


def test_sheets_lead_to_what_they_take_and_who_takes_them():
    found = links("inception")
    assert found["Input"] == ["reduce →", "pool →", "single →"]
    assert found["concatenate"] == ["← single", "← wide", "← pooled", "means →"]
    assert found["single"] == ["← Input", "concatenate →"]
    assert found["dense"] == ["← means", "Prediction →"]


def test_layers_may_call_the_image_by_the_name_of_its_input_layer():
    layers = (
        InputLayer((3, 3, 1), name="photo"),
        Conv2D(1, 1, name="conv2d"),
        Add(name="add", inputs=("conv2d", "photo")),
    )
    network = initialize(layers, (3, 3, 1), 1, np.float64)
    assert specify_network(network).layers[-1].inputs == ("conv2d", IMAGE)
    plan, _ = planned(network)
    assert plan.sheets[-1].blocks[0].formula.text(0, 0).endswith("+Input!B8")


def scale(*layers) -> StageScale:
    flow = make_flow(Specification("", layers, (3, 3, 1), "network"))
    return stage_scales(flow)[-1]


def test_a_merge_is_signed_where_it_can_be_negative():
    conv = Conv2D(1, 1, activation="relu", use_bias=False, name="conv")
    linear = replace(conv, activation=None, name="linear", inputs=("input",))
    assert scale(conv, Add(name="add", inputs=("conv", "input"))) == StageScale.SEQUENTIAL
    assert scale(conv, linear, Add(name="add", inputs=("conv", "linear"))) == StageScale.SIGNED
    concatenated = Concatenate(name="join", inputs=("linear", "conv"))
    assert scale(conv, linear, concatenated) == StageScale.SIGNED


def test_a_skip_stays_in_its_row_and_a_branch_begins_another():
    assert branches_of(branching("residual").layers).rows == [0] * 7
    found = branches_of(branching("inception").layers)
    names = ["input", *(layer.name for layer in branching("inception").layers)]
    assert dict(zip(names, found.rows, strict=True)) == {
        "input": 0,
        "reduce": 0,
        "wide": 0,
        "pool": 1,
        "pooled": 1,
        "single": 2,
        "concatenate": 3,
        "means": 3,
        "dense": 3,
    }


@given(graph=graphs())
def test_rows_hold_chains_whose_sources_stand_before(graph):
    layers, _ = graph
    found = branches_of(layers)
    for place, taken in enumerate(found.takes[1:], start=1):
        assert all(found.depths[source] < found.depths[place] for source in taken)
        if place not in found.firsts:
            row = found.rows[place]
            before = max(other for other in range(place) if found.rows[other] == row)
            assert before in taken
            assert {found.rows[source] for source in taken} == {row}


def test_a_flow_has_a_lane_for_each_branch():
    flow = make_flow(specify_network(branching("inception")))
    assert [lane.title for lane in flow.lanes] == [
        *("", "Input → pool", "Input → single", "single, wide, pooled → concatenate"),
    ]
    assert [column.place for column in flow.columns] == [0, 1, 1, 1, 2, 2, 3, 4, 5, 6]
    assert flow.columns[6].size == "6×6×2, 6×6×3 and 6×6×1 → 6×6×6"


@given(graph=graphs())
def test_scenes_come_after_what_they_are_made_of(graph):
    layers, shape = graph
    flow = make_flow(Specification("", layers, shape, "network"))
    turns = {run.stage: turn for turn, run in enumerate(runs(flow))}
    homes = {part.number: stage.number for stage in flow.stages for part in stage.slices}
    for stage in flow.stages:
        for block in (block for part in stage.slices for block in part.blocks):
            parts = () if block.formula is None else block.formula.references
            read = {homes[int(reference.sheet)] for reference in parts} - {stage.number}
            assert all(turns.get(number, -1) < turns[stage.number] for number in read)


def test_a_worksheet_leaves_merges_blank():
    plan, values = planned(branching("residual"))
    filled = as_worksheet(plan, [values], WorksheetOptions())
    sheet = next(sheet for sheet in filled.plan.sheets if sheet.name == "add")
    answers = [block for block in sheet.blocks if block.role == "answer"]
    asked = [block for block in answers if block.quantity.kind == "stage"]
    assert len(asked) == 3
    assert all(np.isnan(block.slice(filled.values[0])).all() for block in asked)


def test_a_vector_beside_an_image_is_flattened_as_cells_stand():
    layers = (Flatten(name="flatten"), ReLU(name="re_lu"))
    join = Concatenate(name="join", inputs=("flatten", "re_lu"))
    found = make_plan([Specification("", (*layers, join), (2, 2, 2), "network")])
    (sheet,) = (sheet for sheet in found.sheets if sheet.name == "join")
    assert [block.range for block in sheet.blocks][:2] == ["C6:D6", "E6:F6"]
