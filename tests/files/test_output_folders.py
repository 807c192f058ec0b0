import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc.errors import OutputError
from cnncalc.files.output_folders import check_pictures, write_pictures_atomically


def write(folder, names, *, force=False):
    with write_pictures_atomically(folder, force=force) as unfinished:
        for name in names:
            (unfinished / name).write_text("a picture")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_whole(tmp_path):
    write(tmp_path / "frames", ["0001.png", "0002.png"])
    assert names(tmp_path) == ["frames"]
    assert names(tmp_path / "frames") == ["0001.png", "0002.png"]


def test_a_folder_does_not_appear_where_writing_fails(tmp_path):
    def interrupted():
        with write_pictures_atomically(tmp_path / "frames") as unfinished:
            (unfinished / "0001.png").write_text("a picture")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == []


def test_an_existing_folder_is_replaced_with_force_alone(tmp_path):
    folder = tmp_path / "frames"
    write(folder, ["0001.png", "0002.png"])
    with pytest.raises(OutputError, match="exists: name another, or add --force"):
        check_pictures(folder)
    write(folder, ["0001.png"], force=True)
    assert names(folder) == ["0001.png"]
    assert names(tmp_path) == ["frames"]


KILLED = """
import os, signal, sys
from pathlib import Path
from cnncalc.files.output_folders import write_pictures_atomically

def look(event, arguments):
    if event == "os.rename" and Path(arguments[1]).name == "frames":
        os.kill(os.getpid(), signal.SIGKILL)

with write_pictures_atomically(Path(sys.argv[1]), force=True) as unfinished:
    (unfinished / "0001.png").write_text("a new picture")
    sys.addaudithook(look)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_who_is_killed_before_the_folder_appears_leaves_the_old_pictures(tmp_path):
    folder = tmp_path / "frames"
    write(folder, ["0001.png"])
    done = subprocess.run([sys.executable, "-c", KILLED, folder], check=False)
    assert done.returncode < 0
    assert (tmp_path / "frames.old" / "0001.png").read_text() == "a picture"


def test_the_old_pictures_have_their_name_again_where_the_new_ones_cannot_have_it(
    tmp_path, monkeypatch
):
    folder = tmp_path / "frames"
    write(folder, ["0001.png", "0002.png"])
    rename = Path.rename

    def failing(path, target):
        if path.suffix == ".folder":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OutputError, match="permission denied"):
        write(folder, ["0001.png"], force=True)
    assert names(tmp_path) == ["frames"]
    assert names(folder) == ["0001.png", "0002.png"]


def test_what_is_called_like_the_old_folder_stays(tmp_path):
    write(tmp_path / "frames", ["0001.png"])
    (tmp_path / "frames.old").mkdir()
    write(tmp_path / "frames", ["0001.png"], force=True)
    assert names(tmp_path) == ["frames", "frames.old"]


def test_a_folder_of_anything_else_is_never_replaced(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match=r"Received: 'thesis\.docx' in it"):
        check_pictures(tmp_path, force=True)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "frames").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        check_pictures(tmp_path / "frames", force=True)


def test_a_missing_parent_is_refused(tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        check_pictures(tmp_path / "missing" / "frames")
