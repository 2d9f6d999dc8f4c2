"""Refreshing a chapter: stable bytes, and nothing written when something is wrong."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import refresh


def write(path, *sources):
    """Write a notebook with these code cells, never run, in another author's style."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    own = {"kernelspec": {"name": "mine", "display_name": "x"}, "myst": {"page": "one"}}
    notebook.metadata = nbformat.from_dict(own)
    notebook.cells[0].metadata = nbformat.from_dict({"tags": ["W01"], "execution": {"a": "time"}})
    nbformat.write(notebook, path)
    return path


def outputs(path):
    """Return the outputs of every cell of a stored notebook."""
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory):
    """Return the path of a chapter, and its bytes before and after one and two refreshes."""
    slowly = "import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.1)"
    path = write(tmp_path_factory.mktemp("chapters") / "one.ipynb", slowly, "1 + 1")
    versions = [path.read_bytes()]
    for _ in range(2):
        assert refresh.refresh(path)
        versions.append(path.read_bytes())
    return path, versions


def test_second_run_changes_no_byte(refreshed):
    _, (before, first, second) = refreshed
    assert before != first
    assert first == second


def test_outputs_are_stored_and_streams_joined(refreshed):
    path, _ = refreshed
    (printed,), (result,) = outputs(path)
    assert printed.text == "0\n1\n2\n"
    assert result.data["text/plain"] == "2"
    assert result.execution_count == 2


def test_ids_and_tags_stay_and_metadata_is_everyone_s(refreshed):
    before, after = refreshed[1][:2]
    before, after = (nbformat.reads(text, as_version=4) for text in (before, after))
    assert [cell.id for cell in before.cells] == [cell.id for cell in after.cells]
    assert after.cells[0].metadata == {"tags": ["W01"]}
    assert after.metadata == {**refresh.METADATA, "myst": {"page": "one"}}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("1 / 0", "code cell [2] ('1 / 0') raises ZeroDivisionError: division by zero"),
        (
            "import sys; sys.stderr.write('hm')",
            "code cell [2] (\"import sys; sys.stderr.write('hm')\") writes to stderr: hm",
        ),
        (
            "import os; os._exit(1)",
            "code cell [2] ('import os; os._exit(1)') ends the kernel",
        ),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_written(tmp_path, capsys, source, sentence):
    path = write(tmp_path / "one.ipynb", "print(1)", source, "print(3)")
    before = path.read_bytes()
    assert not refresh.refresh(path)
    assert f"FAILED, nothing written: {sentence}\n" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_a_cell_that_takes_too_long_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(refresh, "SECONDS_PER_CELL", 1)
    path = write(tmp_path / "one.ipynb", "import time; time.sleep(60)")
    assert not refresh.refresh(path)
    assert "code cell [1] ('import time; time.sleep(60)') takes more" in capsys.readouterr().out


def test_a_name_without_a_chapter_fails(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(refresh, "CHAPTERS", tmp_path / "chapters")
    assert refresh.main(["no_such"]) == 1
    assert "there is no chapters/no_such.ipynb" in capsys.readouterr().out


def test_stored_stderr_is_found():
    cell = new_code_cell("x", outputs=[new_output("stream", name="stderr", text="warned\n")])
    assert refresh.stderr_of(new_notebook(cells=[cell])).endswith("writes to stderr: warned")
