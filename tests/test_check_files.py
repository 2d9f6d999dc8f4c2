"""The file check finds what it looks for."""

import pytest

from tools import check_files


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", b"# Title\n\nWords.\n"),
        ("empty.py", b""),
        ("a.yml", b"a: [1, 2]\n"),
        ("a.yml", b"a: !!python/name:some.function\n"),
        ("a.toml", b"a = 1\n"),
        ("a.json", b"{}\n"),
        ("a.png", b"\x89PNG\0 \r\n"),
    ],
)
def test_good_files_pass(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert check_files.problems(tmp_path / name) == []


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.md", b"a \n", "line 1 ends in a space"),
        ("a.md", b"a\nb\t\n", "line 2 ends in a space"),
        ("a.md", b"a\r\n", "has line ends of Windows"),
        ("a.md", b"a", "must end in exactly one line end"),
        ("a.md", b"a\n\n", "must end in exactly one line end"),
        ("a.md", b"<" * 7 + b" HEAD\n", "line 1 is left from a merge"),
        ("a.yml", b"a: [1, 2\n", "cannot be read"),
        ("a.cff", b"a: b: c\n", "cannot be read"),
        ("a.toml", b"a = \n", "cannot be read"),
        ("a.ipynb", b"{]\n", "cannot be read"),
        ("a.png", b"\0" * 2_000_001, "has more than 2000000 bytes"),
    ],
)
def test_bad_files_are_found(tmp_path, name, data, problem):
    (tmp_path / name).write_bytes(data)
    assert any(problem in found for found in check_files.problems(tmp_path / name))
