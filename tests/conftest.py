"""What every test shares: one seeded generator, the frameworks, quiet hypothesis."""

import importlib
import re
import warnings

import hypothesis
import numpy as np
import pytest

hypothesis.settings.register_profile(
    "course", derandomize=True, deadline=None, max_examples=40, database=None
)
hypothesis.settings.load_profile("course")


@pytest.fixture
def rng():
    """Give a fresh generator, so that no test depends on the one before it."""
    return np.random.default_rng(0)


def framework(name):
    """Import a framework, or skip the test; its own import warnings are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name != name:
                raise
            pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def torch():
    torch = framework("torch")
    torch.set_num_threads(1)
    return torch


@pytest.fixture(scope="session")
def torchvision(torch):
    return framework("torchvision")


@pytest.fixture(scope="session")
def paddle():
    return framework("paddle")


@pytest.fixture
def refused(rng):
    """Spoil the shared valid call of a function, and want exactly this refusal.

    A shape takes the place of an operand; anything else, of a setting.
    """
    from cases import calls, random, run

    def check(kind, name, changes, message):
        arrays, settings = calls(rng)[name]
        for key, value in changes.items():
            if key in arrays:
                arrays[key] = random(rng, value)
            else:
                settings[key] = value
        with pytest.raises(kind, match=re.escape(message)):
            run(name, arrays, settings)

    return check


@pytest.fixture(scope="module")
def browser():
    """Start a browser, for tests of pages; the others need no Playwright."""
    from browsing import launched

    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def address():
    """Serve the built book."""
    from browsing import book

    with book() as address:
        yield address
