"""A browser and a small server, for the tests of finished pages."""

import contextlib
import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"


def unavailable(reason):
    """Skip on a reader's machine; on CI, where nobody reads skips, fail."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@contextlib.contextmanager
def served(folder):
    """Serve a folder on a free port, and yield its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def book():
    """Serve the built book, and yield its address."""
    if not (SITE / "index.html").exists():
        unavailable("there is no built book to look at: run `make book` first")
    return served(SITE)


@contextlib.contextmanager
def launched():
    """Start the Chromium or Chrome of this machine, else the one that Playwright installed."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
    offline = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, names)), None),
                args=["--no-sandbox", "--disable-gpu", "--disable-sync", offline, *quiet],
            )
        except Error as error:
            unavailable(f"no browser starts: install Chromium or Chrome ({error.message[:80]})")
        yield browser
        browser.close()
