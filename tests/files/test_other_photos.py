import pytest

from cnncalc.errors import InputError
from cnncalc.files.other_photos import refuse_other_photos
from cnncalc.files.source import read_input


@pytest.mark.parametrize(
    ("name", "kind"), [("a.HEIC", "HEIC"), ("a.dng", "RAW"), ("a.pdf", "PDF"), ("a.jxl", "JPEG XL")]
)
def test_a_photo_of_another_kind_is_named_with_the_way_out(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"photo")
    message = (
        rf"{name}' is of a kind that isn't read, {kind}\. JPEG and PNG can be read: open it in an "
        "image program and save or export it as one of them$"
    )
    with pytest.raises(InputError, match=message):
        read_input(str(tmp_path / name))


def test_other_files_are_let_through(tmp_path):
    refuse_other_photos(tmp_path / "a.png")
    refuse_other_photos(tmp_path / "a")
