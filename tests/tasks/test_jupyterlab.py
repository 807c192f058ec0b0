"""Results in JupyterLab: a notebook is executed, opened in Chromium and looked at."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.notebook

WRITER = Path(__file__).parent / "executed_notebooks.py"
CHROMIUM = "/usr/bin/chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WITH_PAGES = 3
# What JupyterLab would ask a network for.
OFFLINE = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
)
PATIENCE = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with an executed notebook, once as its reader trusts it and once as not."""
    place = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as environment:
        # Who trusts which notebook, and what a user has set, is nobody's but the test's.
        for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
            environment.setenv(name, str(place / "jupyter"))
        subprocess.run([sys.executable, WRITER, place], check=True, timeout=2 * PATIENCE)
        yield place


@pytest.fixture(scope="module")
def server(folder):
    """The address of a JupyterLab that serves the folder."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="),
        *(f"--ServerApp.root_dir={folder}", *OFFLINE),
    ]
    with (folder / "server.log").open("w") as log, started(command, log):
        wait_for(address, folder / "server.log")
        yield address


@contextmanager
def started(command, log):
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # it waits for kernels, which end with it
            process.kill()
            process.wait()


def wait_for(address, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(f"{address}/api"):  # noqa: S310
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer: {log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (other tests run without)

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield opened
        opened.close()


@contextmanager
def notebook_page(browser, server, name):
    """Open a notebook; what goes wrong in a page of cnncalc's fails."""
    page = browser.new_page(viewport={"width": 1280, "height": 2400})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{server}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-OutputArea-output", timeout=PATIENCE * 1000)
    yield page
    assert faults == []
    page.close()


def test_every_result_comes_as_html_and_as_a_picture(folder):
    notebook = json.loads((folder / "trusted.ipynb").read_text())
    for cell in notebook["cells"][1:]:
        [output] = cell["outputs"]
        assert {"text/html", "image/png", "text/plain"} <= set(output["data"])


def test_a_trusted_notebook_shows_pages_that_calculate(browser, server):
    with notebook_page(browser, server, "trusted.ipynb") as page:
        frames = page.locator("iframe.cnncalc-page")
        frames.nth(WITH_PAGES - 1).wait_for()  # cells are drawn one after the other
        assert frames.count() == WITH_PAGES
        assert page.locator(".cnncalc-tables:visible").count() == 0
        inside = page.frame_locator("iframe.cnncalc-page").first
        inside.get_by_text("292", exact=True).first.wait_for(timeout=PATIENCE * 1000)


def test_a_gradients_page_is_opened_at_its_number(browser, server):
    with notebook_page(browser, server, "trusted.ipynb") as page:
        inside = page.frame_locator("iframe.cnncalc-page").nth(2)
        inside.get_by_text("conv2d gradient by the kernel (0, 0), filter 1").first.wait_for(
            timeout=PATIENCE * 1000
        )


@pytest.mark.parametrize("name", ["trusted.ipynb", "received.ipynb"])
def test_what_is_too_large_for_a_page_is_a_picture(browser, server, name):
    with notebook_page(browser, server, name) as page:
        page.get_by_text("A picture, not a page:").wait_for(timeout=PATIENCE * 1000)
        picture = page.locator("img[alt='A figure of cnncalc']")
        assert picture.evaluate("image => image.naturalWidth") > 500


def test_a_notebook_that_is_not_trusted_shows_plain_tables(browser, server):
    with notebook_page(browser, server, "received.ipynb") as page:
        page.locator(".cnncalc-tables:visible").nth(WITH_PAGES - 1).wait_for()
        assert page.locator("iframe").count() == 0
        assert page.locator(".cnncalc-tables:visible").count() == WITH_PAGES
        assert page.get_by_role("cell", name="792", exact=True).first.is_visible()
