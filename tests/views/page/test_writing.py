"""A page is one file that asks for no other and runs nothing but its own script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest

from cnncalc import export_page
from cnncalc.views.page.bundle import Assets, joined, read_assets

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "{{script}}",
    "]]>&amp;\u2028'\\",
)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and what stands in its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.is_inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.is_inside = tag in ("script", "style")
        if self.is_inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = False

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.texts[-1] += data


@pytest.fixture
def html(tmp_path):
    """A page of a convolution."""
    [path] = export_page(tmp_path / "page.html", "article:6x6", "edge")
    return path.read_text("utf-8")


def policy(html: str) -> dict[str, str]:
    [content] = [
        attributes["content"] or ""
        for tag, attributes in Elements(html).found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    return dict(part.split(" ", 1) for part in content.split("; "))


def test_its_policy_allows_its_own_script_and_style_alone(html):
    elements = Elements(html)
    style, _, script = (
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in elements.texts
    )
    assert policy(html) == {
        "default-src": "'none'",
        "script-src": script,
        "style-src": style,
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_policy_stands_before_all_that_it_governs(html):
    tags = [tag for tag, _ in Elements(html).found]
    assert tags.index("meta") < tags.index("style")
    assert html.index("Content-Security-Policy") < html.index("<style>") < html.index("<script")


def test_it_asks_for_no_other_file_and_has_nothing_inline(html):
    for tag, attributes in Elements(html).found:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img"), tag
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "action"), (tag, name)
            assert name != "href" or (value or "").startswith("#"), (tag, value)
    outside = re.sub(r"http://www\.w3\.org/\d+/(svg|xhtml)", "", html)
    assert "://" not in outside
    assert "@import" not in html
    assert "url(" not in html.replace("url(data:", "")


def test_its_script_and_style_are_the_same_in_every_page(html, tmp_path):
    [path] = export_page(tmp_path / "other.html", np.eye(4), [[1, 2]])
    assert policy(html) == policy(path.read_text("utf-8"))


def test_its_script_and_style_are_small():
    assets = read_assets()
    assert len(assets.script.encode()) + len(assets.style.encode()) <= 181_000


def test_its_script_can_stand_in_html():
    """Neither ends its element, nor begins what an HTML parser takes for a comment."""
    assets = read_assets()
    assert not re.search(r"</script|<!--|<script", assets.script, re.IGNORECASE)
    assert not re.search(r"</style|<!--", assets.style, re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_breaks_out_of_it(html, tmp_path, text):
    array = np.arange(16.0).reshape(4, 4)
    network = 'Flatten(); Dense(2, activation="softmax")'
    names = [text.replace(",", ""), "dog"]
    [path] = export_page(tmp_path / "named.html", array, network=network, class_names=names)
    named = Elements(path.read_text("utf-8"))
    assert [tag for tag, _ in named.found] == [tag for tag, _ in Elements(html).found]
    assert policy(path.read_text("utf-8")) == policy(html)


@pytest.mark.parametrize("name", ["<b>&.npy", "a\"'>.npy", "{{document}}.npy"])
def test_no_file_name_breaks_out_of_it(html, tmp_path, name):
    np.save(tmp_path / name, np.eye(4))
    [path] = export_page(tmp_path / "named.html", tmp_path / name, "identity")
    named = Elements(path.read_text("utf-8"))
    assert [tag for tag, _ in named.found] == [tag for tag, _ in Elements(html).found]
    assert policy(path.read_text("utf-8")) == policy(html)


def test_programs_read_in_its_head_where_its_numbers_came_from(html):
    [content] = [
        attributes["content"]
        for tag, attributes in Elements(html).found
        if tag == "meta" and attributes.get("name") == "cnncalc-provenance"
    ]
    assert json.loads(content)["image"] == {"from": "article", "name": "article:6x6"}


def test_a_module_stands_behind_those_that_it_imports():
    sources = {
        "main.js": 'import { b } from "./b.js";\nimport {\n  a,\n} from "./a.js";\n\nb(a);\n',
        "b.js": (
            '/** Shows. */\nimport { a } from "./a.js";\nexport function b() {\n  // why\n  a;\n}\n'
        ),
        "a.js": "export const a = 1;\n",
        "unused.js": "export const c = 1;\n",
    }
    text = "// a.js\nconst a = 1;\n// b.js\nfunction b() {\n\ta;\n}\n// main.js\nb(a);\n"
    assert joined(sources, "main.js") == text


def test_a_change_of_a_script_changes_the_policy():
    one, other = Assets("run();", "", ""), Assets("run()", "", "")
    assert one.policy != other.policy
