"""Reading stored notebooks as plain dicts, for the tests of chapters and ledger."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def chapters():
    """Return every chapter of the course, by name."""
    paths = sorted(ROOT.glob("chapters/*.ipynb"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def source(cell):
    """Return the text of a cell, which the file may hold as lines."""
    return "".join(cell["source"])


def tags(cell):
    """Return the tags of a cell."""
    return cell["metadata"].get("tags", [])


def output_text(output):
    """Return everything in one stored output that a reader can read."""
    data = output.get("data", {})
    readable = [data[kind] for kind in sorted(data) if kind.startswith("text/")]
    return "\n".join("".join(text) for text in [output.get("text", ""), *readable])
