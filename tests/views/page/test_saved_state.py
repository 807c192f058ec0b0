"""What a page saves is what the command line reads again."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import cli

pytestmark = pytest.mark.browser


def saved(page, tmp_path):
    with page.expect_download() as download:
        page.locator("[download]", has_text="Save").first.click()
    path = tmp_path / "saved.json"
    download.value.save_as(path)
    return path


def test_a_pixel_typed_over_is_convolved_again(open_page, tmp_path):
    page = open_page("export-html", "article:6x6", "--kernel", "identity", fragment="#at=0.1.1")
    page.locator("#flow").focus()
    page.keyboard.type("-7")
    page.keyboard.press("Enter")
    path = saved(page, tmp_path)
    result = CliRunner().invoke(cli, ["convolve", str(path), "--format", "csv"])
    assert result.stdout.startswith("-7,75,78,95\n")


def test_answers_are_no_state_of_a_calculation(open_page, tmp_path):
    page = open_page("export-html", "article:6x6", "--kernel", "edge", "--worksheet")
    path = saved(page, tmp_path)
    assert json.loads(path.read_text())["cnncalc"] == "answers"
    result = CliRunner().invoke(cli, ["convolve", str(path)])
    assert "Received: the answers to a worksheet" in result.stderr
