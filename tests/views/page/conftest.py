"""Pages opened in Chromium: whatever goes wrong inside one fails its test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import cli

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    """Chromium, as the system has it: a driver's own download fails."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (an extra of these tests)

    chromium = shutil.which("chromium")
    assert chromium, "pages are tested with Chromium: install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture(scope="session")
def written_page(tmp_path_factory):
    """Write the page of a command line, once a session."""
    folder = tmp_path_factory.mktemp("pages")
    pages: dict[tuple[str, ...], Path] = {}

    def write(*arguments: str) -> Path:
        if arguments not in pages:
            path = folder / f"{len(pages)}.html"
            result = CliRunner().invoke(cli, [*arguments, "-o", str(path)])
            assert result.exit_code == 0, result.output
            pages[arguments] = path
        return pages[arguments]

    return write


@pytest.fixture
def open_page(browser, written_page):
    """Open the page of a command line; what it logs, asks a network for, or throws, fails.

    Of the options, `fragment` is the address's; all others are the browser context's.
    """
    contexts, faults = [], []

    def open_(*arguments, fragment="", width=1280, height=800, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        url = written_page(*arguments).as_uri()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if is_foreign(request) else 0)
        page.goto(url + fragment)
        page.wait_for_timeout(50)
        assert faults == []
        page.wait_for_selector("#flow .grid")
        return page

    def is_foreign(request):
        return not request.url.startswith(("file:", "data:", "blob:"))

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
