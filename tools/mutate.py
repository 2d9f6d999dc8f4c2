"""Change convlib on purpose, thousands of times, and count the changes the tests notice.

mutmut makes the changes and, for each, runs only the tests that reach the changed
function, in a forked process: that is what makes it affordable (half an hour or more).
Only the operators are changed, and only tests that need neither a framework nor a
fresh process are run. Everything happens in a copy, in _build/mutation.

    python tools/mutate.py              every operator module
    python tools/mutate.py pooling      one or more modules
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "_build" / "mutation"
MODULES = [
    "_args", "sizes", "windows", "conv", "transpose", "gradient", "pooling", "patches",
    "matrix", "separable", "shuffle", "deform", "cost",
]  # fmt: skip
WANTED = 95  # percent
KILLED = 1, 3, 24, -24, 36, 152, 255  # exit codes: a test failed, or it never ended
SETTINGS = """[mutmut]
source_paths = convlib
only_mutate =
{changed}
also_copy =
    convlib
    tests
pytest_add_cli_args_test_selection = tests
pytest_add_cli_args =
    -p
    no:cacheprovider
timeout_constant = 5
use_setproctitle = false
"""


def copy(modules):
    """Put convlib, its framework-free tests and the settings of mutmut into WORK."""
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "convlib").mkdir(parents=True)
    (WORK / "tests").mkdir()
    for path in (ROOT / "convlib").glob("*.py"):
        shutil.copy(path, WORK / "convlib")
    for name in ["conftest", "cases", "loops", "test_args", *(f"test_{m}" for m in MODULES)]:
        path = ROOT / "tests" / f"{name}.py"
        if path.exists():  # _args has test_args
            shutil.copy(path, WORK / "tests")
    changed = "\n".join(f"    convlib/{module}.py" for module in modules)
    (WORK / "setup.cfg").write_text(SETTINGS.format(changed=changed), encoding="utf-8")
    (WORK / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")


def mutmut(*arguments, **options):
    """Run mutmut in WORK, gently, one BLAS thread for each of its processes."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    command = [Path(sys.executable).parent / "mutmut", *arguments]
    return subprocess.run(command, cwd=WORK, env={**os.environ, **threads}, **options)


def main(modules):
    """Run, print the survivors and the score, and fail below WANTED."""
    copy(modules)
    os.nice(10)
    mutmut("run", "--max-children", "2", check=True)
    score, survivors = Counter(), []
    for path in sorted(WORK.glob("mutants/convlib/*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        for name, code in codes.items():
            score[code in KILLED] += 1
            if code not in KILLED:
                survivors.append(name)
    for name in survivors:
        print(f"\n{name}", flush=True)
        mutmut("show", name)
    percent = 100 * score[True] / max(1, score.total())
    print(f"\n{score[True]} of {score.total()} changes noticed: {percent:.1f} %")
    if percent < WANTED:
        raise SystemExit(f"At least {WANTED} % must be; add tests for the changes above.")


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(MODULES)
    if unknown:
        raise SystemExit(f"There is no operator module {', '.join(sorted(unknown))}.")
    main(sys.argv[1:] or MODULES)
