"""Where numbers came from, in every form of output; and what stands where a class would."""

import hashlib
import html
import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image

from cnncalc import __version__
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.files.spreadsheet_places import WORKBOOK_ENDINGS
from cnncalc.network import initialize
from cnncalc.notation import parse
from tests.files.test_datasets_arrays import idx
from tests.views.page import decoded

NETWORK = 'Conv2D(2, 3, activation="relu"); Flatten(); Dense(2, "softmax")'
AS_WRITTEN = 'Conv2D(2, 3, activation="relu"); Flatten(); Dense(2, activation="softmax")'
UNTRAINED = "untrained (seed 3)"


@pytest.fixture
def photo(tmp_path):
    """A photo in a folder whose name is nobody's business."""
    folder = tmp_path / "private"
    folder.mkdir()
    path = folder / "cat.png"
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6))
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def save_model(path, seed=0):
    network = initialize(parse(NETWORK).layers, (6, 6, 1), seed)
    with path.open("wb") as file:
        write_keras(
            file, KerasModel(network, metadata={"class_names": ["cat", "dog"], "fit": "pad"})
        )


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def about(path):
    rows = openpyxl.load_workbook(path)["About"].iter_rows(values_only=True)
    return {row[0]: row[1] for row in rows if row[0]}


def test_json_says_where_everything_came_from(run, photo):
    result = run("trace", NETWORK, photo, "--seed", "3", "--format", "json")
    record = json.loads(result.stdout)
    assert record["stages"][0]["name"] == "input"
    assert record["class"] == UNTRAINED
    assert record["provenance"] == {
        "version": __version__,
        "command": f"cnncalc trace '{NETWORK}' cat.png --seed 3 --format json",
        "network": {"from": "command", "name": NETWORK},
        "weights": {"from": "seed", "seed": 3},
        "image": {"from": "file", "name": "cat.png", "sha256": digest(photo)},
        "layers": AS_WRITTEN,
    }


def test_weights_of_a_file_name_the_class(run, photo, tmp_path):
    save_model(tmp_path / "private" / "model.keras", seed=3)
    model = {
        "from": "file",
        "name": "model.keras",
        "sha256": digest(tmp_path / "private" / "model.keras"),
    }
    record = json.loads(run("trace", "private/model.keras", photo, "--format", "json").stdout)
    assert record["class"] in ("cat", "dog")
    assert record["provenance"]["network"] == record["provenance"]["weights"] == model
    options = ("--weights", "private/model.keras", "--format", "json")
    record = json.loads(run("trace", NETWORK, photo, *options).stdout)
    assert record["class"] in ("class 0", "class 1")
    assert record["provenance"]["weights"] == model
    assert "Class: untrained" not in run("trace", "private/model.keras", photo).stdout


@pytest.mark.parametrize("ending", ["html", "svg", "json", "xlsx"])
def test_no_output_names_a_class_for_untrained_weights_nor_a_folder(run, photo, ending, tmp_path):
    options = ("--seed", "3", "--class-names", "alpha,omega", "-o", f"private/out.{ending}")
    assert run("trace", NETWORK, photo, *options).exit_code == 0
    path = tmp_path / "private" / f"out.{ending}"
    if ending == "xlsx":
        lines = about(path)
        assert lines["Weights"] == "untrained: drawn by cnncalc from seed 3"
        assert lines["Image"] == f"cat.png, SHA-256 {digest(photo)}"
        sheet = openpyxl.load_workbook(path, data_only=True)["Prediction"]
        said = {row[1].value: row[2].value for row in sheet.iter_rows(min_row=5, max_row=7)}
        assert said == dict.fromkeys(("weights", "predicted class", "its name"), UNTRAINED)
        text = str(lines)
    else:
        text = path.read_text().replace("&#160;", " ").replace("\\u", "")
        if ending == "html":
            text = re.sub(r'<script type="module">.*?</script>', "", text, flags=re.DOTALL)
            facts = dict(decoded.written(text)["facts"])
            assert facts["Weights"] == "untrained: drawn by cnncalc from seed 3"
        else:
            assert UNTRAINED in text
        assert digest(photo) in text
    assert "private" not in text
    assert __version__ in text


def test_the_class_is_named_nowhere_by_explain_and_a_map_says_where_it_is_from(run, photo):
    asked = ("--layer", "dense", "--at", "0", "--seed", "3")
    record = json.loads(run("explain", NETWORK, photo, *asked, "--format", "json").stdout)
    assert record["class"] == UNTRAINED
    run("trace", NETWORK, photo, "--seed", "3", "-o", "maps")
    with Image.open("maps/01-conv2d-000.png") as map_:
        assert map_.text["Software"] == f"cnncalc {__version__}"
        assert map_.text["Weights"] == "untrained: drawn by cnncalc from seed 3"


@pytest.mark.parametrize("ending", ["png", "jpg", "gif"])
def test_a_picture_says_where_it_is_from_beside_its_pixels(run, photo, ending):
    run("convolve", photo, "--kernel", "edge", "-o", f"out.{ending}")
    with Image.open(f"out.{ending}") as picture:
        comment = picture.info.get("comment", b"").decode() or str(picture.text)
    assert f"cat.png, SHA-256 {digest(photo)}" in comment
    assert "cnncalc convolve cat.png --kernel edge" in comment
    assert f"cnncalc {__version__}" in comment


@pytest.mark.parametrize(
    "arguments",
    [
        ("convolve", "{photo}", "--kernel=@{folder}/k.csv"),
        ("convolve", "{folder}/../private/cat.png", "-k@{folder}/k.csv"),
        ("convolve", "private/cat.png", "-k", "@private/k.csv"),
        ("convolve", "private/cat.png", "-k", " @private/k.csv "),
        ("convolve", "./private/cat.png", "-k", "@./private/k.csv", "-o", "{folder}/a.json"),
    ],
)
def test_the_options_stand_there_as_they_were_given_but_without_folders(run, photo, arguments):
    (photo.parent / "k.csv").write_text("1,0\n0,1/9\n")
    typed = [word.format(photo=photo, folder=photo.parent) for word in arguments]
    record = json.loads(run(*typed, "--format", "json").stdout)
    command = record["provenance"]["command"]
    words = re.split("[ '=]+|-k", command)
    assert {"cat.png", "@k.csv"} < set(words)
    assert "/" not in command
    assert "private" not in command
    (kernel,) = record["provenance"]["kernels"]
    assert kernel == {"from": "file", "name": "k.csv", "sha256": digest(photo.parent / "k.csv")}


@pytest.mark.parametrize("ending", WORKBOOK_ENDINGS)
@pytest.mark.parametrize("place", ["", "!Two", "!Two!$A$1:$B$2", "!A1:B2", "!'Two'!A1:B2"])
@pytest.mark.parametrize("option", ["-k@", "--kernel=@"])
def test_a_kernel_of_a_workbook_is_told_by_its_place_but_without_folders(
    run, photo, ending, place, option
):
    path = photo.parent / f"k{ending}"
    book = openpyxl.Workbook()
    sheet = book.active if "Two" not in place else book.create_sheet("Two")
    for row in ((1, 0), (0, 1)):
        sheet.append(row)
    book.template = "t" in ending
    book.save(path)
    result = run("convolve", photo, f"{option}{path}{place}", "--format", "json")
    assert result.exit_code == 0, result.stderr
    record = json.loads(result.stdout)["provenance"]
    assert "private" not in str(record)
    assert f"@k{ending}{place}" in record["command"].replace("'\"'\"'", "'")
    assert record["kernels"] == [
        {
            "from": "file",
            "name": path.name,
            "sha256": digest(path),
            "sheet": sheet.title,
            "range": "A1:B2",
        }
    ]


def test_a_kernel_of_an_exported_workbook_is_told_by_its_sheet(run, photo):
    assert run("export-xlsx", photo, "--kernel", "edge", "-o", "a.xlsx").exit_code == 0
    result = run("convolve", photo, "--kernel", "@a.xlsx", "--format", "json")
    (kernel,) = json.loads(result.stdout)["provenance"]["kernels"]
    assert kernel["sheet"] in openpyxl.load_workbook("a.xlsx").sheetnames


def test_a_fraction_or_a_network_is_no_path(run, photo):
    words = ("trace", "Rescaling(1/255); Flatten()", photo, "--format", "json")
    command = json.loads(run(*words).stdout)["provenance"]["command"]
    assert command == "cnncalc trace 'Rescaling(1/255); Flatten()' cat.png --format json"
    words = ("convolve", photo, "--kernel", "1/9 1/9", "--format", "json")
    assert "'1/9 1/9'" in json.loads(run(*words).stdout)["provenance"]["command"]


def test_standard_input_and_the_articles_grids_are_said_by_name(run):
    record = json.loads(run("show", "-", "--format", "json", input="1,2\n").stdout)
    assert record["provenance"]["image"] == {"from": "standard input"}
    record = json.loads(run("pool", "--format", "json").stdout)
    assert record["provenance"]["image"] == {"from": "article", "name": "article:digit4"}


def test_a_network_without_weights_has_drawn_none(run, tmp_path):
    (tmp_path / "logits.csv").write_text("1,2\n")
    record = json.loads(
        run("trace", "Flatten(); Softmax()", "logits.csv", "--format", "json").stdout
    )
    assert "weights" not in record["provenance"]
    assert record["class"] == "class 1"


def test_the_same_command_gives_the_same_bytes_in_any_folder(run, photo, tmp_path):
    contents = set()
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        copy = tmp_path / folder / "cat.png"
        copy.write_bytes(photo.read_bytes())
        for ending in ("html", "svg", "json", "xlsx"):
            out = tmp_path / folder / f"result.{ending}"
            assert run("trace", NETWORK, copy, "-o", out).exit_code == 0
        contents.add(
            tuple(
                (tmp_path / folder / f"result.{ending}").read_bytes()
                for ending in ("html", "svg", "json", "xlsx")
            )
        )
    assert len(contents) == 1


def test_predictions_and_evaluations_say_which_model_and_which_data(run, photo, tmp_path):
    save_model(tmp_path / "m.keras")
    (record,) = json.loads(run("predict", "m.keras", photo, "--format", "json").stdout)
    assert record["image"] == "cat.png"
    assert record["provenance"]["weights"]["sha256"] == digest(tmp_path / "m.keras")
    assert record["provenance"]["image"]["sha256"] == digest(photo)
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(2):
            (tmp_path / "pets" / name / f"{number}.png").write_bytes(photo.read_bytes())
    options = ("--cache", "cache", "--format", "json")
    record = json.loads(run("evaluate", "m.keras", tmp_path / "pets", *options).stdout)
    told = record["provenance"]["data"]
    digests = [told.pop("digest")]
    assert told == {"from": "folder", "name": "pets", "images": 4}
    (tmp_path / "pets" / "cat" / "0.png").rename(tmp_path / "pets" / "cat" / "2.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "pets" / "dog" / "1.png")
    record = json.loads(run("evaluate", "m.keras", tmp_path / "pets", *options).stdout)
    digests.append(record["provenance"]["data"]["digest"])
    assert len(set(digests)) == 2
    assert str(tmp_path) not in json.dumps(record)


def test_images_in_idx_files_are_told_with_their_labels(run, tmp_path):
    save_model(tmp_path / "m.keras")
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(np.zeros((4, 6, 6))))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.array([0, 1, 0, 1])))
    files = {
        path.name: {"from": "file", "name": path.name, "sha256": digest(path)}
        for path in folder.iterdir()
    }
    evaluate = ("evaluate", "m.keras", "--loss", "categorical_crossentropy")
    result = run(*evaluate, "mnist", "--format", "json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)["provenance"]["data"]
    assert data.pop("files") == [files[name] for name in sorted(files)]
    assert data == {"from": "folder", "name": "mnist", "images": 8}
    images, labels = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
    result = run(*evaluate, f"mnist/{images}", "--format", "json")
    data = json.loads(result.stdout)["provenance"]["data"]
    assert data == files[images] | {"files": [files[labels]]}


def test_images_of_one_name_keep_what_tells_them_apart(run, photo, tmp_path):
    save_model(tmp_path / "m.keras")
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(photo.read_bytes())
    images = (tmp_path / "cats" / "1.png", tmp_path / "dogs" / "1.png", photo)
    lines = run("predict", "m.keras", *images, "--format", "csv").stdout.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "image",
        "cats/1.png",
        "dogs/1.png",
        "cat.png",
    ]


@pytest.mark.parametrize("file", ["given.json", "given.html", "given.svg"])
def test_a_gradient_shows_the_rescaling_that_was_put_in_front(run, photo, file):
    """What was typed has none, and the factors are the pixels that it scaled."""
    network = 'Flatten(); Dense(2, "softmax")'
    asked = ("--layer", "dense", "--gradient", "--at", "0,0", "--target", "1")
    assert run("explain", network, photo, *asked, "-o", file).exit_code == 0
    text = html.unescape(Path(file).read_text())
    layers = 'Rescaling(1/255); Flatten(); Dense(2, activation="softmax")'
    if file.endswith("json"):
        assert json.loads(text)["provenance"]["layers"] == layers
    elif file.endswith("html"):
        assert (
            dict(decoded.written(Path(file).read_text())["facts"])["Network as calculated"]
            == layers
        )
    else:
        assert f"Network as calculated: {layers}" in text


def test_each_json_of_a_network_shows_its_layers_as_calculated(run, photo, tmp_path):
    save_model(tmp_path / "m.keras")
    step = ("train", "--network", 'Flatten(); Dense(10, "softmax")', "--show-step", "1")
    commands = {
        ("trace", NETWORK, photo): AS_WRITTEN,
        ("explain", NETWORK, photo, "--layer", "dense", "--at", "0"): AS_WRITTEN,
        (*step, "--raw"): 'Flatten(); Dense(10, activation="softmax")',
        step: 'Rescaling(0.0625); Flatten(); Dense(10, activation="softmax")',
    }
    for command, layers in commands.items():
        record = json.loads(run(*command, "--format", "json").stdout)
        assert record["provenance"]["layers"] == layers
    (predicted,) = json.loads(run("predict", "m.keras", photo, "--format", "json").stdout)
    assert predicted["provenance"]["layers"] == AS_WRITTEN


@pytest.mark.parametrize("options", [(), ("--training-steps", "1", "--target", "1")])
def test_workbooks_list_their_layers_once(run, photo, options):
    wanted = ("--network", NETWORK, *options, "-o", "layers.xlsx")
    assert run("export-xlsx", photo, *wanted).exit_code == 0
    assert NETWORK.split("(", maxsplit=1)[0] in about("layers.xlsx")["Layers"]
    assert "Network as calculated" not in about("layers.xlsx")


def test_summaries_and_cases_say_it(run, tmp_path):
    save_model(tmp_path / "m.keras")
    record = json.loads(run("summary", "m.keras", "--format", "json").stdout)
    assert record["provenance"]["network"]["sha256"] == digest(tmp_path / "m.keras")
    record = json.loads(run("cases", "5", "6x6", "--format", "json").stdout)
    assert [case["name"] for case in record["cases"]] == ["5", "6x6"]
    assert all(case["agreeing"] == case["numbers"] for case in record["cases"])
    assert record["cases"][0]["stages"][0]["shape"]
    assert record["provenance"]["version"] == __version__


def test_cases_are_no_csv(fails):
    said = fails("cases", "5", "--format", "csv")
    assert said == "cases are shown as tables or as json. Received: --format csv"


def test_steps_and_gradients_say_what_they_began_with(run, photo):
    network = 'Flatten(); Dense(10, "softmax")'
    step = ("train", "--network", network, "--show-step", "1", "--batch-size", "2", "--seed", "3")
    record = json.loads(run(*step, "--format", "json").stdout)
    assert record["provenance"]["weights"] == {"from": "seed", "seed": 3}
    assert record["provenance"]["data"]["from"] == "built-in"
    text = run(*step).stdout
    assert text.count(f"Class: {UNTRAINED}") == 2
    later = run("train", "--network", network, "--show-step", "2", "--seed", "3").stdout
    assert "untrained" not in later
    asked = ("--layer", "dense", "--gradient", "--at", "0,0", "--target", "1", "--seed", "3")
    record = json.loads(run("explain", network, photo, *asked, "--format", "json").stdout)
    assert record["provenance"]["weights"] == {"from": "seed", "seed": 3}
    assert record["provenance"]["image"]["sha256"] == digest(photo)


def test_a_trainings_workbook_and_its_report_say_it(run, photo, tmp_path):
    network = ("--network", 'Flatten(); Dense(2, "softmax")', "--seed", "3")
    wanted = ("--training-steps", "1", "--target", "1", "-o", "steps.xlsx")
    assert run("export-xlsx", photo, *network, *wanted).exit_code == 0
    assert about("steps.xlsx")["Image"] == f"cat.png, SHA-256 {digest(photo)}"
    np.savez(
        tmp_path / "private" / "d.npz",
        x_train=np.random.default_rng(0).random((8, 4, 4)),
        y_train=np.arange(8) % 2,
    )
    options = ("--epochs", "1", "--report", tmp_path / "private" / "r.xlsx")
    assert run("train", tmp_path / "private" / "d.npz", *network, *options).exit_code == 0
    rows = openpyxl.load_workbook("private/r.xlsx")["Summary"].iter_rows(values_only=True)
    lines = {row[0]: row[1] for row in rows}
    assert lines["Data"] == f"d.npz, SHA-256 {digest(tmp_path / 'private' / 'd.npz')}"
    assert lines["Initial weights"] == "untrained: drawn by cnncalc from seed 3"
    assert lines["Made by"].startswith("cnncalc train d.npz --network")
    assert "private" not in str(lines)


def test_how_an_image_was_read_goes_into_json_and_the_workbook(run, tmp_path):
    Image.new("RGB", (12, 8), "red").save(tmp_path / "cat.png")
    network = ("Input((4, 4, 1)); Flatten(); Dense(2)", "cat.png", "--resize")
    result = run("trace", *network, "--format", "json", "-o", "cat.xlsx")
    assert result.exit_code == 0, result.output
    remarks = json.loads(result.stdout)["provenance"]["remarks"]
    assert remarks == [
        "cat.png: read as grey",
        "cat.png: resized from 8×12 to 4×4, and stretched to another aspect",
    ]
    about = {
        value
        for row in openpyxl.load_workbook("cat.xlsx")["About"].iter_rows(values_only=True)
        for value in row
    }
    assert set(remarks) <= about
