"""Audit every page of the built site with Lighthouse, as on a phone: `make site-check`.

Accessibility, best practices and search-engine scores must be 100, and a page at most 600 kB
before it is scrolled; anything less fails. The performance score depends on the machine and on
what else it does, so it is shown beside its goal and does not fail.
"""

import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
LIGHTHOUSE = ROOT / "tools" / "lighthouse"
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
CHROME_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PERFECT = ["accessibility", "best-practices", "seo"]
GOAL, MEDIAN_GOAL, KILOBYTES = 90, 95, 600
TEXT = ("text/", "application/json", "image/svg", "application/javascript")
COLUMNS = "{:34} {:>4} {:>4} {:>4} {:>4} {:>6} {:>9} {:>6}"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files as a web host does: text compressed, everything to be kept for a while."""

    def do_GET(self):
        """Send one file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        kind = self.guess_type(path)
        data = path.read_bytes()
        self.send_response(200)
        if kind.startswith(TEXT):
            data = gzip.compress(data)
            kind += "; charset=utf-8"
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        """Keep quiet."""


def main(names):
    """Audit the named pages, or all; print the table, and return the number of failures."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    problem = missing(browser)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    if not (LIGHTHOUSE / "node_modules").exists():
        print("Installing Lighthouse ...", flush=True)
        if subprocess.run(["npm", "ci"], cwd=LIGHTHOUSE, stdout=subprocess.DEVNULL).returncode:
            print("npm could not install Lighthouse: see above.", file=sys.stderr)
            return 1
    handler = functools.partial(Handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        print(COLUMNS.format("page", "perf", "acc", "best", "seo", "kB", "first (s)", "lag"))
        reports = [report(address, name, browser) for name in names or pages()]
        server.shutdown()
    return conclude(reports)


def missing(browser):
    """Return what must be there first, as a sentence, or None."""
    if not (SITE / "index.html").exists():
        return "There is no site yet: type 'make book' first."
    if not browser:
        return "No Chromium or Chrome was found: install one."
    if not shutil.which("npm"):
        return "Lighthouse needs Node.js 18.16 or newer, with npm: install them."
    return None


def pages():
    """Return the pages that readers read: no listings, no forwarding page."""
    found = [path.relative_to(SITE).as_posix() for path in sorted(SITE.rglob("*.html"))]
    return [
        page for page in found if not page.startswith(("_", "404", "genindex", "index.", "search"))
    ]


def audited(address, browser):
    """Return Lighthouse's report; try again if the browser was lost on the way."""
    node = [shutil.which("node"), LIGHTHOUSE / "node_modules" / "lighthouse" / "cli" / "index.js"]
    flags = ["--quiet", "--output=json", f"--chrome-flags={' '.join(CHROME_FLAGS)}"]
    environment = os.environ | {"CHROME_PATH": browser}
    for _ in range(3):
        run = subprocess.run([*node, address, *flags], env=environment, stdout=subprocess.PIPE)
        if run.returncode == 0:
            return json.loads(run.stdout)
    sys.exit(f"Lighthouse failed three times on {address}: see above.")


def report(address, page, browser):
    """Audit one page, print its row, and return the scores and complaints."""
    found = audited(address + page, browser)
    audits = found["audits"]
    scores = {name: round(100 * part["score"]) for name, part in found["categories"].items()}
    kilobytes = audits["total-byte-weight"]["numericValue"] / 1000
    first = audits["first-contentful-paint"]["numericValue"] / 1000
    lag = audits["total-blocking-time"]["numericValue"] / 1000
    print(
        COLUMNS.format(page, *scores.values(), f"{kilobytes:.0f}", f"{first:.1f}", f"{lag:.2f}"),
        flush=True,
    )
    failed = [name for name in PERFECT if scores[name] < 100]
    failed += ["weight"] if kilobytes > KILOBYTES else []
    details = [
        f"    {audit['id']}: {audit['title']}"
        for name in PERFECT
        for reference in found["categories"][name]["auditRefs"]
        if (audit := audits[reference["id"]])["score"] is not None and audit["score"] < 1
    ]
    print(*details, sep="\n", end="\n" if details else "")
    return page, scores["performance"], failed


def conclude(reports):
    """Print a summary; return the number of pages that fail."""
    scores = [score for _, score, _ in reports]
    slow = [page for page, score, _ in reports if score < GOAL]
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    print(f"\nThe site has {size / 1e6:.1f} MB.")
    print(f"Median performance: {statistics.median(scores):.0f} (goal {MEDIAN_GOAL}).")
    print(f"Below the goal of {GOAL}: {', '.join(slow) or 'no page'}.")
    failures = [f"{page}: {', '.join(failed)}" for page, _, failed in reports if failed]
    print(*failures, sep="\n", file=sys.stderr)
    return len(failures)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
