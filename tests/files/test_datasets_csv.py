import gzip

import numpy as np
import pytest

from cnncalc.errors import InputError, OptionError
from cnncalc.files.datasets_csv import read_labelled_csv


@pytest.fixture
def write(tmp_path):
    def save(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return save


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("label,p1,p2,p3,p4\n7,1,2,3,4\n3,5,6,7,8\n", None),
        ("p1,p2,p3,p4,Class\n1,2,3,4,7\n5,6,7,8,3\n", None),
        ("a,b,c,d,e\n1,2,3,4,7\n5,6,7,8,3\n", "e"),
        ("7,1,2,3,4\n3,5,6,7,8\n", "1"),
        ("1,2,3,4,7\n5,6,7,8,3", "5"),
        ("7;1;2;3;4\r\n3;5;6;7;8\r\n", "1"),
        ("7\t1\t2\t3\t4\n3\t5\t6\t7\t8\n", "1"),
        ('"label","p1","p2","p3","p4"\n"7","1","2","3","4"\n"3","5","6","7","8"\n', None),
        ("\ufefflabel,p1,p2,p3,p4\n7,1,2,3,4\n3,5,6,7,8\n", None),
    ],
)
def test_label_and_pixels_are_found(write, text, column):
    data = read_labelled_csv(write(text), column).training
    assert data.class_names == ("3", "7")
    assert data.labels.tolist() == [1, 0]
    assert data.batch(np.arange(2))[0].tolist() == [
        [[[1], [2]], [[3], [4]]],
        [[[5], [6]], [[7], [8]]],
    ]


def test_the_only_word_in_a_line_is_the_label(write):
    data = read_labelled_csv(write("1,2,3,4,dog\n5,6,7,8,cat\n")).training
    assert data.class_names == ("cat", "dog")
    assert data.labels.tolist() == [1, 0]


def test_three_numbers_a_pixel_are_rgb(write):
    line = ",".join(map(str, range(12)))
    data = read_labelled_csv(write(f"0,{line}\n1,{line}\n"), "1").training
    assert data.input_shape == (2, 2, 3)
    assert data.batch(np.array([0]))[0][0, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_rgb_that_was_guessed_is_said(write):
    path = write("label,r,g,b\n1,1,2,3\n2,4,5,6\n")
    (note,) = read_labelled_csv(path).notes
    assert note.startswith("the 3 pixels a line of ")
    assert note.endswith(
        " are taken as 1×1 images in RGB, value beside value; --image-size says the size of others"
    )
    grey = read_labelled_csv(path, image_size=(1, 3))
    assert (grey.training.input_shape, grey.notes) == ((1, 3, 1), ())


def test_images_need_not_be_square(write):
    path = write("0,1,2,3,4,5,6\n1,1,2,3,4,5,6\n")
    assert read_labelled_csv(path, "1", (2, 3)).training.input_shape == (2, 3, 1)
    assert read_labelled_csv(path, "1", (2, 1)).training.input_shape == (2, 1, 3)


def test_fractions_stay_what_they_are(write):
    data = read_labelled_csv(write("0,0.5,0.1,1e-3,1\n1,0,0,0,0\n"), "1")
    images = data.training.batch(np.array([0]))[0]
    assert images.ravel().tolist() == [0.5, 0.1, 0.001, 1]
    assert data.largest == 1


@pytest.mark.parametrize(
    ("text", "column", "error", "words"),
    [
        ("1,2,3,4,7\n5,6,7,8,3", None, OptionError, "which of its 5 columns holds the label"),
        ("a,b,c\n1,2,3\n", None, OptionError, "Expected --label-column with its name or number"),
        ("1,2,3,4,7\n", "6", OptionError, "a number from 1 to 5. Received: '6'"),
        ("1,2,3,4,7\n", "0", OptionError, "Received: '0'"),
        ("colour,a,b\n1,2,3\n", "color", OptionError, "Received: 'color' Did you mean 'colour'"),
        ("label,a,b,c,d\n1,2,3,4,five\n", None, InputError, "line 2, column 5: 'five' is"),
        ("1,2,3,4,5\n\n1,2,x,4,5\n", "1", InputError, "line 3, column 3: 'x' is not"),
        ("label,a,b,c,d\n1,2,3,4,5\n1,2\n", None, InputError, "line 3 .* Received: 2"),
        ("label,a,b,c,d\n1,2,3,4,5\n0,2,3,4,5,6\n", None, InputError, "hold 5 cells, .* 6"),
        ("label,a,b,c,d\n1,2,3,4,5\n ,2,3,4,5\n", None, InputError, "Sample 2 has none"),
        ("label,a,b,c,d\n1,2,3,4,nan\n0,2,3,4,5\n", None, InputError, "finite .* sample 1"),
        ("label,a,b,c,d\n", None, InputError, "at least one sample. Received: a header alone"),
        ("0,1,2\n", "1", InputError, "must hold square images .* Received: 2 pixels"),
        ("one\ntwo\n", None, InputError, "a label and pixels in each line, .* Received: 'one'"),
        (b"\xff\xfe\x00", None, InputError, "can't be read as text"),
        ("label,a,b,c,d\n1,2,3,4,5\n1,2,3,4,5\n", None, InputError, "at least two classes"),
        ("", None, InputError, "is an empty file"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(write, text, column, error, words):
    with pytest.raises(error, match=words):
        read_labelled_csv(write(text), column)


def test_a_label_in_quotes_may_hold_a_comma(write):
    data = read_labelled_csv(write('"cat, wild",1,2,3,4\ndog,5,6,7,8\n'), "1").training
    assert data.class_names == ("cat, wild", "dog")


def pixels_of(path, *options):
    data = read_labelled_csv(path, *options).training
    return [image.ravel().tolist() for image in data.batch(np.arange(2))[0]]


@pytest.mark.parametrize(
    "text",
    [
        "7;0,5;0,25;1;0\r\n3;1;0;0;0,125\r\n",
        "7\t0,5\t0,25\t1\t0\n3\t1\t0\t0\t0,125\n",
        '"7","0,5","0,25","1","0"\n3,1,0,0,"0,125"\n',
        "sep=;\n7;0.5;0.25;1;0\n3;1;0;0;0.125\n",
        "7 0.5 0.25 1 0\n3 1 0 0 0.125\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_decimals_and_separators_are_those_of_any_country(write, text, encoding):
    path = write(text.encode(encoding))
    assert pixels_of(path, "1") == [[0.5, 0.25, 1, 0], [1, 0, 0, 0.125]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1;0,5;0.5;1;1\n0;1;1;1;1\n", "all have a point, or all a comma. Received: '0,5' in '.*"),
        ("1;512;1.024;1;1\n0;1;1;1;1\n", "line 1, column 3: '1.024' may be 1.024 or 1024"),
        ('1,2,3,4,5\n"0,1,2,3,4\n1,2,3,4,5\n', "'.*', line 2: a quote is opened and never closed"),
        ('1,2,3,4,5\n"0"x,1,2,3,4\n', "line 2: a cell in quotes must be closed, and followed by"),
        ('"1",2,3,4,5\n1,2,3,4,"5"""\n', "line 2, column 5: '5\"' is not a number"),
        ("1,2,3,4,5\n0,1\n", "line 2 of .* must hold 5 cells"),
    ],
)
def test_what_may_be_another_number_is_refused(write, text, words):
    with pytest.raises(InputError, match=words):
        read_labelled_csv(write(text), "1")


def test_how_doubtful_points_were_read_is_noted(write):
    path = write("1;0.512;1.024;1.111;2.222\n0;1.333;1.444;1.555;1.666\n")
    assert read_labelled_csv(path, "1").notes == ()
    path = write("1;1.512;1.024;1.111;2.222\n0;1.333;1.444;1.555;1.666\n")
    (note,) = read_labelled_csv(path, "1").notes
    assert note.endswith(": points read as those of decimals, '1.512' as 1.512, not 1512")


def test_a_label_may_hold_line_ends_and_doubled_quotes(write):
    text = 'name,a,b,c,d\n"big\n""cat""",1,2,3,4\n\ndog,5,6,7,8\n'
    data = read_labelled_csv(write(text), "name").training
    assert data.class_names == (r'big\n"cat"', "dog")
    header = read_labelled_csv(write('"na\nme",a,b,c,d\ncat,1,2,3,4\ndog,5,6,7,8\n'), "1")
    assert header.training.class_names == ("cat", "dog")


def test_a_damaged_archive_is_one_clear_line(write):
    content = bytearray(gzip.compress(b"label,a,b,c,d\n" + b"1,2,3,4,5\n0,2,3,4,5\n" * 500))
    for cut in (content[: len(content) // 2], content[:30] + b"\xff" * 40 + content[70:]):
        with pytest.raises(InputError, match="can't be read"):
            read_labelled_csv(write(bytes(cut), "data.csv.gz"))


def test_a_size_that_does_not_fit_is_named(write):
    with pytest.raises(InputError, match=r"must hold 5×5 images, grey or RGB. Received: 4 pixels"):
        read_labelled_csv(write("0,1,2,3,4\n1,1,2,3,4\n"), "1", (5, 5))
