"""Check what ruff does not: whitespace, line ends, size, YAML, TOML, JSON and conflict marks."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

LARGEST = 2_000_000
PARSERS = {
    ".yml": lambda text: list(yaml.compose_all(text)),
    ".yaml": lambda text: list(yaml.compose_all(text)),
    ".cff": lambda text: list(yaml.compose_all(text)),
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".ipynb": json.loads,
}


def main():
    """Check every file that git knows or would add, except what others wrote (vendor)."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    ours = ["--", ":!vendor"]
    names = subprocess.run([*listing, *ours], capture_output=True, text=True, check=True).stdout
    paths = [Path(name) for name in sorted(set(names.split("\0"))) if Path(name).is_file()]
    found = [f"{path}: {problem}" for path in paths for problem in problems(path)]
    print("\n".join(found) or f"{len(paths)} files are in order")
    return bool(found)


def problems(path):
    """List what is wrong with one file."""
    data = path.read_bytes()
    found = [f"has more than {LARGEST} bytes"] if len(data) > LARGEST else []
    if b"\0" in data:  # a picture or a font
        return found
    text = data.decode("utf-8")
    if "\r" in text:
        found.append("has line ends of Windows")
    if text and not re.search(r"\S\n\Z", text):
        found.append("must end in exactly one line end")
    for number, line in enumerate(text.split("\n"), start=1):
        if re.search(r"[ \t]$", line):
            found.append(f"line {number} ends in a space")
        if re.match(r"(<{7}|>{7}) ", line):
            found.append(f"line {number} is left from a merge")
    try:
        PARSERS.get(path.suffix, str)(text)
    except (ValueError, yaml.YAMLError) as error:
        found.append(f"cannot be read: {error}")
    return found


if __name__ == "__main__":
    sys.exit(main())
