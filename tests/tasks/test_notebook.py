"""Results as a notebook shows them, without one."""

import io
import pickle
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import cnncalc
from cnncalc.explanation import Explanation
from cnncalc.summary import Summary
from cnncalc.tasks.notebook import drawn, traces
from cnncalc.trace import Trace
from cnncalc.views.figure import trace_figure

NETWORK = "Conv2D(2, 3, activation='relu'); Flatten(); Dense(2, activation='softmax')"
DENSE = "Flatten(); Dense(10, activation='softmax')"


class Page(HTMLParser):
    """The tags of a part of HTML, the attributes of its frame, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.frame, self.text = [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "iframe":
            self.frame = dict(attributes)

    def handle_data(self, data):
        self.text += data


def trace(**options):
    return cnncalc.calculate("article:6x6", "1 0 1; 0 1 0; 1 0 1", -500, **options)


@cache
def model():
    return cnncalc.train(network=DENSE, epochs=1).model


def step(number=1, **options):
    return cnncalc.record_training_step(number, network=DENSE, batch_size=2, **options)


RESULTS = {
    "calculation": trace,
    "network": lambda: cnncalc.record(NETWORK, "article:6x6"),
    "explanation": lambda: cnncalc.explain(trace(), (1, 1), layer_name="conv2d"),
    "unit": lambda: cnncalc.explain(NETWORK, (1,), layer_name="dense", image="article:6x6"),
    "gradient": lambda: cnncalc.explain_gradient(
        NETWORK, (0, 0), layer_name="dense", data="article:6x6", target=1
    ),
    "summary": lambda: cnncalc.summarize(NETWORK, (6, 6, 1)),
    "training": lambda: cnncalc.train(network=DENSE, epochs=2, validation_split=0.2),
    "step": step,
    "evaluation": lambda: cnncalc.evaluate(model()),
    "prediction": lambda: cnncalc.predict(model(), GRID)[0],
    "predictions": lambda: cnncalc.predict(model(), GRID, GRID.T),
}
WITH_PAGES = ["calculation", "network", "explanation", "unit", "gradient", "step"]
GRID = np.arange(64.0).reshape(8, 8)
# Of these functions no result shows itself: an array or a number, a path, a part of another.
SHOW_NOTHING = {
    *("convolve", "pool", "forward", "output_size", "read_image"),
    *("export_film", "export_page", "export_training", "export_workbook"),
    *("assemble", "check_cases", "derive", "follow", "pooling_layer", "pooling_network"),
}
SHOWN = {
    *("calculate", "evaluate", "explain", "explain_gradient", "predict", "record"),
    *("record_training_step", "summarize", "train", "verify"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_shows_plain_tables_or_text(name):
    page = Page(RESULTS[name]()._repr_html_())
    assert {"table", "pre"} & set(page.tags)
    assert page.text.strip()


@pytest.mark.parametrize("name", WITH_PAGES)
def test_a_result_is_a_page_in_a_frame_that_runs_its_own_script_alone(name):
    frame = Page(RESULTS[name]()._repr_html_()).frame
    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"]
    assert frame["srcdoc"].startswith("<!doctype html>")
    assert "default-src 'none'" in frame["srcdoc"]


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_a_picture(name):
    with Image.open(io.BytesIO(RESULTS[name]()._repr_png_())) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(100_000)) > 8


def test_a_verified_workbook_shows_its_report(tmp_path):
    [path] = cnncalc.export_workbook(tmp_path / "edge.xlsx", "article:6x6", "edge")
    report = cnncalc.verify(path, "formualizer")
    assert "agree with the calculation" in report._repr_html_()
    assert report._repr_png_().startswith(b"\x89PNG")
    assert report.agrees


def test_every_function_of_the_package_is_told_of_here():
    functions = {name for name in cnncalc.__all__ if name.islower() and not name.startswith("_")}
    assert functions == SHOWN | SHOW_NOTHING


def test_predictions_show_each_image_and_what_is_unlike_what_was_learnt():
    found = cnncalc.predict(model(), GRID, GRID.T)
    page = Page(found._repr_html_())
    assert page.text.count("the model learnt 0 to 16") == 2
    assert found == tuple(found)
    assert found[0].label in page.text


def test_an_evaluation_shows_its_confusion_matrix():
    found = cnncalc.evaluate(model())
    page = Page(found._repr_html_())
    assert f"of 360 right ({found.score.accuracy:.2%})" in page.text
    assert page.tags.count("tr") == 12


def test_a_gradients_page_opens_at_its_number():
    found = RESULTS["gradient"]()
    page = Page(found._repr_html_())
    title = f"Gradient of the loss by dense kernel (0, 0) = {found.value:.4g}"
    assert f"<title>{title}" in page.frame["srcdoc"]
    assert title in page.text


def test_what_is_shown_is_what_it_was():
    result = trace(activation="relu")
    assert isinstance(result, Trace)
    assert isinstance(RESULTS["explanation"](), Explanation)
    assert isinstance(RESULTS["summary"](), Summary)
    assert np.array_equal(pickle.loads(pickle.dumps(result)).output, result.output)  # noqa: S301
    assert RESULTS["summary"]() == RESULTS["summary"]()


def test_the_rooms_below_know_nothing_of_notebooks():
    for kind in (Trace, Explanation, Summary):
        assert not hasattr(kind, "_repr_html_")
        assert not hasattr(kind, "_repr_png_")


def test_the_tables_hold_the_numbers():
    text = Page(trace()._repr_html_()).text
    assert "792" in text
    assert "-500" in text


def test_a_gradient_says_how_many_of_its_terms_it_lists():
    image = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [3.0, 0.0, 4.0]])
    network = "Conv2D(1, 1); Flatten(); Dense(2, activation='softmax')"
    found = cnncalc.explain_gradient(
        network, (0, 0, 0, 0), layer_name="conv2d", data=image, target=1, raw=True
    )
    assert "The terms that contribute most: 4 of 9" in found._repr_html_()


@pytest.mark.parametrize("name", WITH_PAGES)
def test_a_page_that_a_notebook_can_not_keep_leaves_a_picture_and_says_why(name, monkeypatch):
    result = RESULTS[name]()
    monkeypatch.setattr(drawn, "MOST_FORMULAS", 3)
    shown = Page(result._repr_html_())
    assert "img" in shown.tags
    assert not {"iframe", "table", "pre"} & set(shown.tags)
    assert "A picture, not a page: a notebook keeps a page of at most 3 formulas" in shown.text
    assert "of up to 1,000,000 to a file" in shown.text


def test_what_can_not_be_drawn_either_leaves_its_tables(monkeypatch):
    monkeypatch.setattr(drawn, "MOST_FORMULAS", 10)
    monkeypatch.setattr(trace_figure, "_MOST_KERNELS", 0)
    shown = Page(trace()._repr_html_())
    assert "table" in shown.tags
    assert "a notebook keeps a page of at most 10 formulas" in shown.text


def test_a_large_photo_is_a_picture_before_anything_is_planned(monkeypatch):
    planned = []
    monkeypatch.setattr(traces, "recorded_page", lambda *given: planned.append(given))
    shown = cnncalc.calculate(np.zeros((500, 500)), "edge")._repr_html_()
    assert not planned
    assert "Received: 248,004" in shown


def test_a_step_that_follows_others_has_no_page_of_its_own():
    shown = step(3)._repr_html_()
    assert "<iframe" not in shown
    assert "Backward" in shown
    assert step(3)._repr_png_().startswith(b"\x89PNG")


def test_names_of_layers_can_do_a_notebook_no_harm():
    name = "<img src=x onerror=alert(1)>"
    hostile = NETWORK.replace("Dense(2", f"Dense(2, name={name!r}")
    results = [cnncalc.summarize(hostile, (6, 6, 1)), cnncalc.record(hostile, "article:6x6")]
    for result in results:
        shown = Page(result._repr_html_())
        assert "img" not in shown.tags
        assert name in shown.text


def test_showing_prints_nothing(capsys):
    RESULTS["explanation"]()._repr_html_()
    step()._repr_html_()
    assert capsys.readouterr() == ("", "")


BRANCHED = (
    "Conv2D(2, 1); Conv2D(2, 1)(input); Add()([conv2d_1, conv2d]); Conv2D(1, 1)(conv2d); "
    "Concatenate()([add, conv2d_2]); Flatten(); Dense(2)"
)


def test_a_merge_is_explained_without_a_page_and_what_branches_off_with_one():
    traced = cnncalc.record(BRANCHED, np.arange(16.0).reshape(4, 4))
    merged = cnncalc.explain(traced, (1, 1, 0), layer_name="add")
    assert merged.page() is None
    assert "conv2d_1 (1, 1, 0) + conv2d (1, 1, 0)" in merged.tables()
    aside = cnncalc.explain(traced, (1, 1), layer_name="conv2d_2")
    assert "<!doctype html>" in aside.page().lower()
    for explained in (merged, aside):
        assert Image.open(io.BytesIO(explained.figure())).size > (50, 50)


def test_a_summary_of_branches_says_what_is_connected_to_what():
    assert "Connected to" in cnncalc.summarize(BRANCHED, (4, 4, 1)).tables()
    assert "Connected to" not in cnncalc.summarize(DENSE, (4, 4, 1)).tables()
