"""Run chapters from top to bottom and store their outputs: `make refresh [CHAPTER=name]`.

The stored outputs are what the book publishes and what the notebook test compares,
so a second run must not change a byte, and a chapter that fails is left as it was.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
SECONDS_PER_CELL = 300


def main(names):
    """Refresh the named chapters, or all of them; return the number that failed."""
    # Paddle warns, with a path of this machine, when ccache is not installed; PyTorch warns
    # that padding='same' with an even kernel makes a copy, which a chapter tells in its text.
    os.environ["PYTHONWARNINGS"] = "ignore:No ccache found,ignore:Using padding='same'"
    # Otherwise the first chapter on a new machine reports that matplotlib looked for fonts.
    import matplotlib.font_manager  # noqa: F401

    paths = [CHAPTERS / f"{name}.ipynb" for name in names] or sorted(CHAPTERS.glob("*.ipynb"))
    return sum(not refresh(path) for path in paths)


def refresh(path):
    """Run one chapter and store it; report in one line, and return whether it went well."""
    print(f"{path.stem:16}", end=" ", flush=True)
    if not path.exists():
        print(f"there is no {path.parent.name}/{path.name}")
        return False
    start = time.monotonic()
    before = path.read_text(encoding="utf-8")
    notebook = tidy(nbformat.reads(before, as_version=4))
    problem = execute(notebook, path.parent) or stderr_of(notebook)
    seconds = f"{time.monotonic() - start:6.1f} s"
    if problem:
        print(f"{seconds}  FAILED, nothing written: {problem}")
        return False
    after = nbformat.writes(tidy(notebook)) + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8")
    print(f"{seconds}  {'unchanged' if after == before else 'stored'}")
    return True


def tidy(notebook):
    """Give the notebook the metadata that all authors share; keep the page's description."""
    kept = {key: notebook.metadata[key] for key in ("myst",) if key in notebook.metadata}
    notebook.metadata = nbformat.from_dict(METADATA | kept)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def execute(notebook, folder):
    """Run every cell in a new kernel; return what went wrong, or None."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    running = []
    client.on_cell_execute = lambda cell, cell_index: running.append(cell)
    try:
        client.execute()
    except CellExecutionError as error:
        return f"{place(notebook, running[-1])} raises {error.ename}: {error.evalue}"
    except CellTimeoutError:
        return f"{place(notebook, running[-1])} takes more than {SECONDS_PER_CELL} s"
    except DeadKernelError:
        return f"{place(notebook, running[-1])} ends the kernel"
    return None


def stderr_of(notebook):
    """Return the first text that a cell wrote to stderr, which no chapter may store."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                return f"{place(notebook, cell)} writes to stderr: {output.text.strip()}"
    return None


def place(notebook, cell):
    """Name a code cell by its number, as shown in the notebook, and its first line."""
    number = [c.id for c in notebook.cells if c.cell_type == "code"].index(cell.id) + 1
    return f"code cell [{number}] ({cell.source.splitlines()[0]!r})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
