"""Make .venv from requirements.txt when it is missing or stale.

Needs nothing but Python itself, and parses on old Pythons, so that they too get a sentence.
"""

import ctypes
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)  # Paddle has packages for no other
LOG_LINES = 15
NO_NETWORK = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "Connection refused",
    "Connection broken",
    "Network is unreachable",
)


def main():
    """Set up the project that this file belongs to."""
    root = Path(__file__).resolve().parent.parent
    try:
        set_up(root)
    except KeyboardInterrupt:
        sys.exit("Set-up was stopped; the same command starts it again.")


def set_up(root):
    """Install into root/.venv, unless its stamp says that nothing has changed."""
    venv = root / ".venv"
    stamp = venv / "stamp"
    wanted = digest(root)
    if (venv / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if stamp.exists():
        stamp.unlink()
    if not reusable(venv):
        check_python(sys.version_info[:2])
        check_venv_module()
        check_disk(root)
        say("Setting up .venv: this happens once, downloads up to 3 GB and takes 5 to 20 minutes.")
        make_venv(venv)
    else:
        say("Bringing .venv up to date with requirements.txt and pyproject.toml.")
    install(root, venv / "bin" / "python")
    if lacks_libgomp():
        lend_libgomp(venv)
    stamp.write_text(wanted)


def digest(root):
    """Fingerprint of everything that decides what is installed, and where."""
    parts = [str(root).encode()]
    parts += [(root / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def reusable(venv):
    """Tell whether venv runs and was made here (a moved one keeps its old paths)."""
    settings = venv / "pyvenv.cfg"
    runs = (venv / "bin" / "python").exists() and settings.exists()
    return runs and str(venv) in settings.read_text()


def check_python(version):
    """Refuse a Python for which not every package exists."""
    if OLDEST <= version <= NEWEST:
        return
    problem = "is too old" if version < OLDEST else "is too new for Paddle"
    sys.exit(
        "Python {}.{} {}: install Python 3.11, 3.12 or 3.13 and name it in the command, "
        "for example: make book PYTHON=python3.12".format(*version, problem)
    )


def check_venv_module():
    """Refuse a Python that cannot make a virtual environment (Debian packs that apart)."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    sys.exit(
        "This Python cannot make virtual environments: on Debian or Ubuntu, install the missing "
        "part with: sudo apt install python{}.{}-venv".format(*sys.version_info[:2])
    )


def needed_gigabytes():
    """Room that the packages take, with the downloads they are unpacked from."""
    cuda = sys.platform == "linux" and platform.machine() == "x86_64"
    return 10 if cuda and "cpu" not in os.environ.get("PIP_EXTRA_INDEX_URL", "") else 4


def check_disk(root):
    """Refuse to begin what cannot end."""
    free, needed = shutil.disk_usage(root).free / 1e9, needed_gigabytes()
    if free < needed:
        sys.exit(
            f"The disk is too full: set-up needs {needed} GB and {free:.1f} GB are free; "
            "make room, or install the smaller PyTorch for CPUs as README.md says."
        )


def make_venv(venv):
    """Make an empty virtual environment."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if made.returncode:
        sys.exit(f"Python could not make .venv: {made.stdout.strip()}")


def lacks_libgomp():
    """Tell whether Paddle will miss the one library that it takes from the system."""
    if sys.platform != "linux":
        return False
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        return True
    return False


def lend_libgomp(venv):
    """Let every Python of venv load the copy of libgomp that PyTorch brings along."""
    for library in venv.glob("lib/python3*/site-packages/torch/lib/libgomp*.so*"):
        line = f"import ctypes; ctypes.CDLL({str(library)!r})\n"
        (library.parents[2] / "libgomp.pth").write_text(line)


def install(root, python):
    """Let pip install requirements.txt, showing each download; explain a failure."""
    log = root / ".venv" / "setup.log"
    options = ["--disable-pip-version-check", "--no-input", "-r", "requirements.txt"]
    # pip unpacks its downloads in TMPDIR, and a system's own /tmp is often too small for them.
    with tempfile.TemporaryDirectory(dir=str(root / ".venv")) as scratch:
        pip = subprocess.Popen(
            [str(python), "-m", "pip", "install", *options],
            cwd=str(root),
            env=dict(os.environ, TMPDIR=scratch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with pip:
            try:
                lines = follow(pip.stdout, log)
            except KeyboardInterrupt:
                pip.terminate()
                raise
    if pip.returncode:
        sys.exit(explain(lines, log.relative_to(root)))
    say("Set-up is complete.")


def follow(stream, log):
    """Copy pip's output to the log, report its progress, return its lines."""
    start, done, count, lines = time.monotonic(), threading.Event(), 0, []

    def report(text):
        say(f"  {time.monotonic() - start:5.0f} s  {text}")

    def heartbeat():
        while not done.wait(30):
            report("still working")

    threading.Thread(target=heartbeat, daemon=True).start()
    with log.open("w") as file:
        for line in stream:
            file.write(line)
            lines.append(line.rstrip())
            words = line.split()
            if re.match(r"\s*(Downloading|Using cached) (?!.*\.metadata)", line):
                count += 1
                report(f"package {count}: {line.strip()}")
            elif words[:2] == ["Installing", "collected"]:
                report(f"unpacking (packages: {len(words) - 3}), which can take minutes")
    done.set()
    return lines


def explain(lines, log):
    """Say in one sentence why pip failed, after its last lines when the reason is not known."""
    tail = "\n".join(lines[-LOG_LINES:])
    if "No space left on device" in tail:
        return (
            f"The disk is full: set-up needs about {needed_gigabytes()} GB; make room and run "
            "the same command again."
        )
    if any(sign in tail for sign in NO_NETWORK):
        return (
            "There is no network, or it does not let pip through: connect (or set HTTPS_PROXY) "
            "and run the same command again."
        )
    return f"{tail}\n\npip failed: its last lines are above, and all of them are in {log}."


def say(text):
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
