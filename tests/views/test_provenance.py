import json
from html.parser import HTMLParser

from defusedxml import ElementTree

from cnncalc.provenance import Origin, Provenance
from cnncalc.views.provenance import (
    in_head,
    in_svg,
    origin_text,
    provenance_lines,
    provenance_record,
)

DRAWN = Provenance(
    "cnncalc trace 'Dense(2, \"softmax\")' '<a> & b.png'",
    weights=Origin("seed", seed=3),
    image=Origin("file", "<a> & b.png", "ab" * 32),
    version="1.2",
)


class Page(HTMLParser):
    """Reads the metas of a page."""

    def __init__(self, page):
        super().__init__()
        self.metas = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "meta" and "name" in named:
            self.metas[named["name"]] = named["content"]


def test_a_page_tells_programs():
    page = Page(in_head("<html><head></head><body>5</body></html>", DRAWN))
    assert page.metas["generator"] == "cnncalc 1.2"
    assert json.loads(page.metas["cnncalc-provenance"]) == provenance_record(DRAWN)


def test_a_picture_of_lines_is_still_xml_and_tells_both():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>5</text></svg>'
    root = ElementTree.fromstring(in_svg(svg, DRAWN))
    name = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{name}text").text == "5"
    assert json.loads(root.find(f"{name}metadata").text) == provenance_record(DRAWN)


def test_names_that_xml_has_no_signs_for_spoil_no_page():
    odd = Provenance("a\x07b\ud800", version="1")
    told = ElementTree.fromstring(in_svg("<svg></svg>", odd)).find("metadata").text
    assert json.loads(told)["command"].startswith("a")
    in_head("<head></head><body></body>", odd).encode()


def test_what_was_typed_is_said_once():
    kernel = Origin("command", "edge")
    named = Provenance("cnncalc convolve --kernel edge", kernels=(kernel,))
    assert [key for key, _ in provenance_lines(named)] == ["Made by", "Version"]
    assert provenance_record(named)["kernels"] == [{"from": "command", "name": "edge"}]
    assert ("Kernel", "as written: edge") in provenance_lines(Provenance(kernels=(kernel,)))


def test_where_in_a_workbook_an_image_stood_is_said():
    block = Origin("file", "a.xlsx", "00", sheet="Data", cells="B2:C3")
    assert origin_text(block) == "a.xlsx, sheet Data, B2:C3, SHA-256 00"
    assert provenance_record(Provenance(image=block))["image"]["range"] == "B2:C3"


def test_the_files_that_data_was_read_from_are_said():
    data = Origin("folder", "a", images=2, files=(Origin("file", "b", "00"),))
    assert origin_text(data) == "the folder a, 2 images; b, SHA-256 00"
    files = [{"from": "file", "name": "b", "sha256": "00"}]
    assert provenance_record(Provenance(data=data))["data"]["files"] == files
