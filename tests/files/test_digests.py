import hashlib

import pytest

from cnncalc.errors import InputError
from cnncalc.files.digests import file_origin, sha256
from cnncalc.provenance import Origin


def test_a_file_is_known_by_its_name_and_its_content_alone(tmp_path):
    content = bytes(range(256)) * 10_000  # more than one piece
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "cat.png").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert sha256(folder / "cat.png") == digest
    assert file_origin(folder / "cat.png") == Origin("file", "cat.png", digest)


def test_a_file_that_has_gone_is_said(tmp_path):
    with pytest.raises(InputError, match=r"gone\.png' can't be read: no such file"):
        sha256(tmp_path / "gone.png")
