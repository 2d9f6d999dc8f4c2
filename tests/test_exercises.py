"""The checker of the exercises names each slip, and passes only what is right."""

import numpy as np
import pytest

import convlib
from convlib.exercises import SLIPS, diagnose_conv2d


def right(x, w, stride=1, padding=0):
    return convlib.conv2d(x, w, stride=stride, padding=padding)


def test_a_right_answer_is_called_correct():
    assert diagnose_conv2d(right) == "correct in 4 settings"


@pytest.mark.parametrize("slip", SLIPS)
def test_each_slip_is_named(slip):
    def wrong(x, w, stride=1, padding=0):
        return SLIPS[slip](x, w, stride, padding)

    assert diagnose_conv2d(wrong).endswith(slip)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda x, w, stride, padding: None, "returns NoneType"),
        (lambda x, w, stride, padding: 1 / 0, "raises ZeroDivisionError"),
        (
            lambda x, w, stride, padding: right(x, w, stride, padding)[:1],
            "the shape is (1, 4, 5, 7)",
        ),
        (lambda x, w, stride, padding: right(x, w, stride, padding) + 1, "output (0, 0, 0, 0) is"),
        (lambda x, w, stride, padding: right(x.__imul__(2), w), "writes to its input"),
    ],
    ids=["none", "raises", "shape", "value", "writes"],
)
def test_other_faults_are_described(wrong, words):
    assert words in diagnose_conv2d(wrong)


def test_a_single_wrong_number_is_found():
    def wrong(x, w, stride=1, padding=0):
        result = right(x, w, stride, padding)
        result[-1, -1, -1, -1] += np.float64(1e-3)
        return result

    assert diagnose_conv2d(wrong).startswith("wrong for stride=1, padding=0: output (1, 3, 4, 6)")
