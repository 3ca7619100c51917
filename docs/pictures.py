"""Takes the pictures of the docs anew. It needs Chromium.

python docs/pictures.py
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from component_pictures import take_component
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
SHARP = 2  # pixels of the picture to one of the page


def main() -> None:
    with chromium() as browser, demo() as url:
        take_demo(browser, url)
        take_component(browser, save)


def take_demo(browser: Browser, url: str) -> None:
    """The demo's page, when there is something to be seen of everything."""
    page = browser.new_page(viewport={"width": 1440, "height": 800}, device_scale_factor=SHARP)
    page.goto(url)
    expect(page.get_by_text("◐ Set environment variables")).to_be_visible(timeout=20_000)
    for tab in (page, page.frame_locator("iframe")):
        expect(tab.get_by_text("5 of 8 tasks done")).to_be_visible()
    save(page.screenshot(full_page=True), "demo.png")


def save(screenshot: bytes, name: str, colours: int = 256) -> None:
    """With as many colours as are needed, which makes a third of it."""
    picture = Image.open(BytesIO(screenshot)).convert("RGB").quantize(colours)
    picture.save(IMAGES / name, optimize=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "example_project/manage.py", "demo"]
    env = {**os.environ, "PORT": str(port)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            next(line for line in process.stdout if line.startswith("curl"))
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
