import io

import numpy as np
import pytest

from cnncalc.layers import Concatenate, Conv2D, Dense, DepthwiseConv2D, Flatten
from cnncalc.network import initialize
from cnncalc.training.history import EpochRecord
from cnncalc.training.metrics import ClassReport
from cnncalc.views.report_contents import Mistake, TrainingReport
from cnncalc.views.workbook.training_report import write_training_report
from tests.views.workbook.reading import formulas_of, values_of

NETWORK = initialize([Conv2D(4, (2, 3)), Flatten(), Dense(2)], (4, 5, 3))


def report(**changes):
    history = [
        EpochRecord(epoch, 1 / epoch, 0.5, 0.5 / epoch, 0.25, 0.001, 10, 0.5) for epoch in (1, 2, 3)
    ]
    image = np.random.default_rng(0).integers(0, 256, (6, 4, 3)).astype(np.uint8)
    own = {
        "network": NETWORK,
        "settings": {"Made by": "cnncalc train", "Seed": "=1+1"},
        "history": history,
        "tested_on": "Test data",
        "classes": ClassReport(("=cat", "dog"), np.array([[3, 1], [0, 0]])),
        "mistakes": [Mistake("a/b.png", image, "=cat", "dog", 2.5)],
    }
    return TrainingReport(**(own | changes))


def written(**changes) -> bytes:
    file = io.BytesIO()
    write_training_report(file, report(**changes))
    return file.getvalue()


def rows(sheet):
    return [[cell for cell in row if cell is not None] for row in sheet.values]


def test_the_summary_says_what_was_trained():
    sheet = values_of(written())["Summary"]
    lines = [row for row in rows(sheet) if row]
    assert lines[:3] == [["What was trained"], ["Made by", "cnncalc train"], ["Seed", "=1+1"]]
    assert lines[4] == ["Accuracy, test data", 0.75]
    assert lines[6] == ["conv2d", "Conv2D(4, (2, 3))", "3×3×4", 76]
    assert lines[-1] == ["Total", 76 + 74]


def test_the_summary_counts_the_parameters_of_branches():
    layers = [
        Conv2D(2, 1, name="wide"),
        Conv2D(2, 1, name="skip", inputs=("input",)),
        Concatenate(name="both", inputs=("wide", "skip")),
        Conv2D(1, 1, name="last"),
    ]
    network = initialize(layers, (2, 2, 3))
    sheet = values_of(written(network=network))["Summary"]
    counts = {row[0]: row[-1] for row in rows(sheet) if row}
    assert [counts[name] for name in ("wide", "skip", "both", "last")] == [8, 8, 0, 5]
    assert counts["Total"] == 21


def test_a_small_learning_rate_is_not_shown_as_zero():
    history = [EpochRecord(1, 0.5, 0.5, None, None, 1e-6, 10, 0.5)]
    sheet = values_of(written(history=history))["Curves"]
    assert [cell.number_format for cell in sheet[4]][:4] == [
        "General", "0.0000", "0.0000", "0.0#######"
    ]  # fmt: skip


def test_the_curves_are_native_charts_of_every_epoch():
    sheet = values_of(written())["Curves"]
    assert rows(sheet)[2][:5] == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert [row[1] for row in rows(sheet)[3:]] == [1, 1 / 2, 1 / 3]
    assert len(sheet._charts) == 2
    references = [series.val.numRef.f for chart in sheet._charts for series in chart.series]
    assert references == [f"Curves!${column}$4:${column}$6" for column in "BDCE"]


def test_without_validation_there_are_no_curves_of_it():
    history = [EpochRecord(1, 1.0, 0.5, None, None, 0.001, 10, 0.5)]
    sheet = values_of(written(history=history))["Curves"]
    assert rows(sheet)[2] == ["epoch", "loss", "accuracy", "learning_rate", "images", "seconds"]
    assert [len(chart.series) for chart in sheet._charts] == [1, 1]


def test_the_confusion_matrix_has_live_shares():
    content = written()
    values, formulas = values_of(content)["Confusion"], formulas_of(content)["Confusion"]
    assert rows(values)[2:] == [
        ["=cat", "dog", "recall"],
        ["=cat", 3, 1, 0.75],
        ["dog", 0, 0],
        ["precision", 1, 0],
    ]
    assert [values[cell].number_format for cell in ("D4", "B6")] == ["0.0%", "0.0%"]
    right = [cell for cell in ("B4", "D4", "B6") if values[cell].alignment.horizontal is None]
    assert right == ["B4", "D4", "B6"]  # numbers stand right by themselves
    assert {values.cell(3, column).alignment.horizontal for column in (2, 3, 4)} == {"right"}
    assert formulas["D4"].value == '=IF(SUM(B4:C4)=0,"",B4/SUM(B4:C4))'
    assert formulas["C6"].value == '=IF(SUM(C4:C5)=0,"",C5/SUM(C4:C5))'
    assert (formulas["A4"].data_type, formulas["A4"].value) == ("s", "=cat")


def test_the_filters_are_coloured_cells():
    sheet = values_of(written())["Filters"]
    kernel = NETWORK.weights[0]["kernel"]
    for index in range(4):
        for channel in range(3):
            block = [
                [sheet.cell(3 + 3 * index + i, 2 + 4 * channel + j).value for j in range(3)]
                for i in range(2)
            ]
            np.testing.assert_allclose(block, kernel[:, :, channel, index], rtol=1e-12)
    (rule,) = sheet.conditional_formatting
    assert str(rule.sqref) == "B3:M14"


def test_a_depthwise_convolution_that_comes_first_shows_what_it_has_learnt():
    layers = [DepthwiseConv2D(2, depth_multiplier=2), Conv2D(4, 1), Flatten(), Dense(2)]
    network = initialize(layers, (4, 5, 3))
    sheet = values_of(written(network=network))["Filters"]
    title = "What depthwise_conv2d has learnt: 2 of 2 filters of 2×2×3, a channel beside the other"
    assert sheet["A1"].value == title
    kernel = network.weights[0]["kernel"]
    assert sheet["E6"].value == pytest.approx(float(kernel[0, 0, 1, 1]), rel=1e-12)


def test_channels_that_are_left_out_are_said():
    network = initialize([Conv2D(1, 1), Flatten(), Dense(2)], (2, 2, 18))
    title = values_of(written(network=network))["Filters"]["A1"].value
    assert "1 of 1 filters of 1×1×18, the first 16 of 18 channels, a channel" in title


def test_the_worst_mistakes_are_seen():
    sheet = values_of(written())["Mistakes"]
    assert rows(sheet)[3] == ["a/b.png", "=cat", "dog", 2.5]
    assert sheet.print_title_rows == "$1:$3"
    assert len(sheet._images) == 1


def test_a_loss_that_is_no_number_is_an_error_of_excel():
    image = np.zeros((6, 4, 3), np.uint8)
    mistakes = [Mistake("a.png", image, "=cat", "dog", loss) for loss in (np.inf, np.nan)]
    sheet = values_of(written(mistakes=mistakes))["Mistakes"]
    assert [row[-1] for row in rows(sheet)[3:]] == ["#DIV/0!", "#NUM!"]


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"mistakes": []}, "Mistakes"),
        ({"network": initialize([Flatten(), Dense(2)], (2, 2, 1))}, "Filters"),
    ],
)
def test_what_there_is_nothing_of_has_no_sheet(changes, missing):
    assert missing not in values_of(written(**changes)).sheetnames


def test_the_same_report_is_the_same_file():
    assert written() == written()


def test_its_cells_have_the_typeface_that_columns_are_planned_for():
    assert {cell.font.name for sheet in values_of(written()) for row in sheet for cell in row} == {
        "Arial"
    }
