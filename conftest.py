"""What nbval leaves out when it runs the chapters: figures are compared, stderr is not."""

import base64

from nbval.plugin import IPyNbCell, IPyNbFile

from tools import pngs

SECONDS_FOR_LAST_OUTPUT = 60  # nbval allows 5, too few on a busy machine


def pytest_collectstart(collector):
    """Skip stderr: what reaches it depends on the machine (tests forbid storing any)."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("stderr",)


def pytest_itemcollected(item):
    """Let each notebook cell wait long enough, and compare its figures too."""
    if not isinstance(item, IPyNbCell):
        return
    item.output_timeout = SECONDS_FOR_LAST_OUTPUT
    compare_text = item.compare_outputs

    def compare_outputs(test, ref):
        if not compare_text(test, ref):
            return False
        item.comparison_traceback = stale_figures(stored=ref, drawn=test)
        return not item.comparison_traceback

    item.compare_outputs = compare_outputs


def stale_figures(stored, drawn):
    """List the stored figures of a cell that are not what the cell draws now."""
    stored, drawn = figures(stored), figures(drawn)
    if len(stored) != len(drawn):
        return [f"{len(stored)} figures are stored, but the cell draws {len(drawn)}"]
    found = [pngs.difference(a, b) for a, b in zip(stored, drawn, strict=True)]
    return [
        f"figure {number} is stale, make refresh draws it again: {what}"
        for number, what in enumerate(found, start=1)
        if what
    ]


def figures(outputs):
    """Return the PNGs among the outputs of a cell, as bytes, in order."""
    data = [output.get("data", {}) for output in outputs]
    return [base64.b64decode(d["image/png"]) for d in data if "image/png" in d]
