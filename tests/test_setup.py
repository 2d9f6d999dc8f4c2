"""Set-up: installs when something changed, and ends every failure in one sentence."""

import ast
import ctypes
import io
import shutil
import subprocess
import sys
from collections import namedtuple
from importlib import util
from pathlib import Path

import pytest

from tools import setup

FAKE_PYTHON = """#!/bin/sh
echo "$@" >> "{calls}"
echo "Downloading numpy-2.3.5.whl (16 MB)"
echo "{output}"
exit {code}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project whose .venv is made at once and holds a Python that only writes its call."""
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (tmp_path / "pyproject.toml").write_text("")

    def make_venv(venv, output="Successfully installed", code=0):
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "pyvenv.cfg").write_text(f"command = python3 -m venv {venv}\n")
        script = FAKE_PYTHON.format(calls=tmp_path / "calls", output=output, code=code)
        (venv / "bin" / "python").write_text(script)
        (venv / "bin" / "python").chmod(0o755)

    monkeypatch.setattr(setup, "make_venv", make_venv)
    monkeypatch.setattr(setup, "needed_gigabytes", lambda: 0)
    return tmp_path


def installs(project):
    """Count how often pip was called."""
    calls = project / "calls"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def break_pip(project, output, code=1):
    """Give the project a .venv in which pip says output and fails."""
    setup.make_venv(project / ".venv", output, code)


def test_first_run_installs_and_second_does_not(project):
    setup.set_up(project)
    assert installs(project) == 1
    setup.set_up(project)
    assert installs(project) == 1


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_file_installs_again(project, name):
    setup.set_up(project)
    (project / name).write_text("# changed\n")
    setup.set_up(project)
    assert installs(project) == 2


def test_a_moved_environment_is_made_again(project):
    setup.set_up(project)
    (project / ".venv" / "pyvenv.cfg").write_text("command = python3 -m venv elsewhere\n")
    assert not setup.reusable(project / ".venv")


def test_a_failed_install_leaves_no_stamp_and_is_tried_again(project):
    break_pip(project, "something odd")
    with pytest.raises(SystemExit):
        setup.set_up(project)
    assert not (project / ".venv" / "stamp").exists()
    setup.make_venv(project / ".venv")
    setup.set_up(project)
    assert installs(project) == 2


def test_an_interrupted_install_leaves_no_stamp(project, monkeypatch):
    setup.set_up(project)
    (project / "requirements.txt").write_text("scipy\n")

    def interrupt(stream, log):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "follow", interrupt)
    with pytest.raises(KeyboardInterrupt):
        setup.set_up(project)
    assert not (project / ".venv" / "stamp").exists()


def test_an_interrupt_ends_in_a_sentence(monkeypatch):
    def interrupt(root):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "set_up", interrupt)
    with pytest.raises(SystemExit, match="the same command starts it again"):
        setup.main()


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_pythons_pass(version):
    setup.check_python(version)


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ((3, 10), r"Python 3\.10 is too old: install .* make book PYTHON=python3\.12"),
        ((3, 14), r"Python 3\.14 is too new for Paddle: install .* make book PYTHON=python3\.12"),
    ],
)
def test_unsupported_pythons_are_refused(version, sentence):
    with pytest.raises(SystemExit, match=sentence):
        setup.check_python(version)


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_missing_venv_module_names_the_package(monkeypatch, missing):
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == missing else "found")
    package = f"sudo apt install python3.{sys.version_info.minor}-venv"
    with pytest.raises(SystemExit, match=package):
        setup.check_venv_module()


def test_a_failing_venv_shows_its_own_words(monkeypatch, tmp_path):
    failed = subprocess.CompletedProcess([], 1, stdout="no such luck\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
    with pytest.raises(SystemExit, match=r"could not make \.venv: no such luck"):
        setup.make_venv(tmp_path)


@pytest.mark.parametrize(
    ("system", "machine", "index", "gigabytes"),
    [
        ("linux", "x86_64", "", 10),
        ("linux", "x86_64", "the cpu index", 4),
        ("linux", "aarch64", "", 4),
        ("darwin", "arm64", "", 4),
    ],
)
def test_room_needed_depends_on_cuda(monkeypatch, system, machine, index, gigabytes):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(setup.platform, "machine", lambda: machine)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index)
    assert setup.needed_gigabytes() == gigabytes


def test_a_small_disk_is_refused_before_the_download(project, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(free=2.5e9))
    monkeypatch.setattr(setup, "needed_gigabytes", lambda: 10)
    with pytest.raises(SystemExit, match=r"needs 10 GB and 2\.5 GB are free; make room"):
        setup.set_up(project)
    assert installs(project) == 0


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full: .* make room"),
        ("NewConnectionError: refused", "There is no network"),
        ("ReadTimeoutError: no answer", "There is no network"),
        ("error: odd", r"error: odd\n\npip failed: .* in \.venv/setup\.log\.$"),
    ],
)
def test_a_failing_pip_ends_in_a_sentence(project, output, sentence):
    break_pip(project, output)
    with pytest.raises(SystemExit, match=sentence):
        setup.set_up(project)
    assert output in (project / ".venv" / "setup.log").read_text()


def test_an_early_network_warning_is_not_blamed():
    lines = ["WARNING: Retrying after NewConnectionError"] + ["Collecting more"] * 20
    assert setup.explain(lines, "log").endswith("all of them are in log.")


def test_downloads_are_shown(capsys, tmp_path):
    output = io.StringIO(
        "Downloading numpy.whl.metadata (2 kB)\n"
        "  Downloading numpy.whl (16 MB)\n"
        "Using cached scipy.whl (30 MB)\n"
        "Installing collected packages: numpy, scipy\n"
    )
    setup.follow(output, tmp_path / "log")
    shown = capsys.readouterr().out
    assert "package 1: Downloading numpy.whl (16 MB)\n" in shown
    assert "package 2: Using cached scipy.whl (30 MB)\n" in shown
    assert "metadata" not in shown
    assert "unpacking (packages: 2)" in shown


def test_a_missing_libgomp_is_taken_from_torch(project, monkeypatch):
    packages = project / ".venv" / "lib" / "python3.11" / "site-packages"
    library = packages / "torch" / "lib" / "libgomp.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    setup.lend_libgomp(project / ".venv")
    loaded = []
    monkeypatch.setattr(ctypes, "CDLL", loaded.append)
    exec((packages / "libgomp.pth").read_text())
    assert loaded == [str(library)]


def test_libgomp_is_looked_for(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(setup.ctypes, "CDLL", missing)
    assert setup.lacks_libgomp()
    monkeypatch.setattr(setup.ctypes, "CDLL", lambda name: name)
    assert not setup.lacks_libgomp()


def test_the_file_parses_on_old_pythons():
    ast.parse(Path(setup.__file__).read_text(), feature_version=(3, 7))
