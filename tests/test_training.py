"""The training chapter's progress line: seen by who watches, and never stored."""

import ast

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_notebook
from notebooks import chapters, source

from tools import refresh

TRAINING = "for _ in progress(range(3), 'epoch'):\n    pass"


@pytest.fixture(scope="module")
def progress():
    """Return the chapter's own definition, with the import it needs."""
    cells = [cell for cell in chapters()["training"]["cells"] if cell["cell_type"] == "code"]
    defined = [
        ast.unparse(node)
        for cell in cells
        for node in ast.parse(source(cell)).body
        if isinstance(node, ast.FunctionDef) and node.name == "progress"
    ]
    assert len(defined) == 1
    return "from IPython import display\n" + defined[0]


def test_refresh_stores_the_result_alone(tmp_path, progress):
    path = tmp_path / "one.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(f"{progress}\n{TRAINING}\nprint(7)")]), path)
    assert refresh.refresh(path)
    assert [o.text for o in nbformat.read(path, as_version=4).cells[0].outputs] == ["7\n"]


def test_a_front_end_sees_each_epoch_and_then_nothing(progress):
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        said = []
        client.execute_interactive(
            f"{progress}\n{TRAINING}", allow_stdin=True, output_hook=said.append, timeout=60
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    lines = [m["content"]["text"] for m in said if m["msg_type"] == "stream"]
    assert "".join(lines).splitlines() == [f"epoch {number} of 3" for number in (1, 2, 3)]
    last = [m for m in said if m["msg_type"] in ("stream", "clear_output")][-1]
    assert last["msg_type"] == "clear_output"
    assert not last["content"]["wait"]


def test_no_epoch_is_stored_in_the_chapter():
    cells = chapters()["training"]["cells"]
    texts = [o.get("text", "") for cell in cells for o in cell.get("outputs", [])]
    stored = "\n".join("".join(text) for text in texts)
    assert stored
    assert not [what for what in ("epoch", "network", "step") if f"{what} 1 of " in stored]
