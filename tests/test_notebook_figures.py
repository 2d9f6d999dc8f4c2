"""The notebook test compares stored figures with what the cells draw now."""

import io
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from tools import pngs, refresh

ROOT = Path(__file__).resolve().parent.parent
IMPORTS = "import sys\n\nimport matplotlib.pyplot as plt"
CELLS = {
    "figure": "plt.subplots(figsize=(2, 1))[1].set_title('972')\nplt.show()",
    "number": "print(972)",
    "warning": "print('a machine warns', file=sys.stderr)\nprint('but goes on')",
}


def png(*frames):
    """Return the bytes of a PNG with these frames, each an (H, W, 3) array of bytes."""
    images = [Image.fromarray(frame) for frame in frames]
    file = io.BytesIO()
    images[0].save(file, "png", save_all=len(images) > 1, append_images=images[1:])
    return file.getvalue()


@pytest.fixture
def grey():
    """Return a grey image whose sides are no multiple of the block."""
    return np.full((50, 70, 3), 128, dtype=np.uint8)


def test_equal_images_agree(grey):
    assert pngs.difference(png(grey), png(grey)) is None


def test_rounding_agrees(grey, rng):
    rounded = grey + rng.integers(0, 3, grey.shape, dtype=np.uint8)
    assert pngs.difference(png(grey), png(rounded)) is None


def test_a_small_mark_differs(grey):
    marked = grey.copy()
    marked[44:50, 64:70] = 0
    assert "frame 0 differs" in pngs.difference(png(grey), png(marked))


def test_one_channel_differs(grey):
    tinted = grey.copy()
    tinted[..., 2] += 10
    assert "frame 0 differs by 10.0" in pngs.difference(png(grey), png(tinted))


def test_another_size_differs(grey):
    assert "size is (70, 50), the new one (70, 49)" in pngs.difference(png(grey), png(grey[1:]))


def test_a_later_frame_of_an_animation_differs(grey):
    stored, drawn = png(grey, grey // 2, grey), png(grey, grey // 3, grey)
    assert pngs.difference(stored, stored) is None
    assert "frame 1 differs" in pngs.difference(stored, drawn)


def test_a_missing_frame_differs(grey):
    stored, drawn = png(grey, grey // 2, grey), png(grey, grey // 2)
    assert "3 frames are stored" in pngs.difference(stored, drawn)


def replace(old, new):
    """Return a change of the text of a notebook that must change something."""

    def change(path):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def drop_figure(path):
    """Take the stored png out of the figure's output."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for output in cell.outputs:
            output.get("data", {}).pop("image/png", None)
    nbformat.write(notebook, path)


CHANGES = {
    "stderr_only": replace('"a machine warns\\n"', '"it says this\\n"'),
    "stale_figure": replace("set_title('972')", "set_title('973')"),
    "figure_gone": drop_figure,
    "wrong_number": replace('"972\\n"', '"973\\n"'),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Run pytest with the project's settings over one notebook for each change."""
    folder = tmp_path_factory.mktemp("chapters")
    cells = [new_code_cell(source) for source in [IMPORTS, *CELLS.values()]]
    notebook = refresh.tidy(new_notebook(cells=cells))
    assert refresh.execute(notebook, folder) is None
    for name, change in CHANGES.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
        change(folder / f"{name}.ipynb")
    options = ["-p", "conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml", "-rA"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--color=no", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return run.stdout


@pytest.mark.parametrize(
    ("name", "failing"),
    [
        ("stderr_only", []),
        ("stale_figure", ["Cell 1"]),
        ("figure_gone", ["Cell 1"]),
        ("wrong_number", ["Cell 2"]),
    ],
)
def test_exactly_the_changed_cells_fail(report, name, failing):
    lines = [line for line in report.splitlines() if f"{name}.ipynb::" in line]
    assert len([line for line in lines if line.startswith(("PASSED", "FAILED"))]) == 4
    assert [line.split("::")[1][:6] for line in lines if line.startswith("FAILED")] == failing


def test_the_report_says_what_is_stale(report):
    assert "figure 1 is stale, make refresh draws it again: frame 0 differs by" in report
    assert "0 figures are stored, but the cell draws 1" in report
