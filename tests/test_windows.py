"""The two primitives: windows are a view, and overlap_add is their adjoint."""

import numpy as np
import pytest
from cases import CASES, random

from convlib.windows import crop, overlap_add, pad, windows


def test_windows_by_hand():
    line = np.arange(6).reshape(1, 1, 6)
    np.testing.assert_array_equal(
        windows(line, (3,), (1,), (1,))[0, 0], [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]
    )
    np.testing.assert_array_equal(windows(line, (2,), (2,), (3,))[0, 0], [[0, 2], [3, 5]])


def test_overlap_add_by_hand():
    columns = np.array([[[[1, 2], [10, 20], [100, 200]]]])[0]
    np.testing.assert_array_equal(
        overlap_add(columns[None], (4,), (1,), (1,))[0, 0], [1, 12, 120, 200]
    )
    np.testing.assert_array_equal(
        overlap_add(columns[None], (7,), (2,), (1,))[0, 0], [1, 10, 102, 20, 200, 0, 0]
    )


def test_pad_and_crop_are_each_others_inverse(rng):
    image = random(rng, (2, 3, 4))
    padded = pad(image, [(1, 2), (0, 3)], 7)
    assert padded.shape == (2, 6, 7)
    np.testing.assert_array_equal(
        padded, np.pad(image, [(0, 0), (1, 2), (0, 3)], constant_values=7)
    )
    np.testing.assert_array_equal(crop(padded, (1, 0), (3, 4)), image)
    assert pad(image, [(1, 0), (0, 0)]).sum() == pytest.approx(image.sum())


@pytest.mark.parametrize("case", CASES[::4] + CASES[-6:], ids=str)
def test_windows_are_a_view_of_every_tap(case, rng):
    image = random(rng, (2, 3, *[n + 8 for n in case.image]))
    view = windows(image, case.kernel, case.stride, case.dilation)
    assert np.shares_memory(view, image)
    assert not view.flags.writeable
    for tap in np.ndindex(case.kernel):
        axes = zip(tap, case.dilation, case.stride, view.shape[2 + case.rank :], strict=True)
        met = [slice(t * d, t * d + s * (n - 1) + 1, s) for t, d, s, n in axes]
        every = (slice(None),) * 2
        np.testing.assert_array_equal(view[(*every, *tap)], image[(*every, *met)])


@pytest.mark.parametrize("case", CASES[::4] + CASES[-6:], ids=str)
def test_overlap_add_is_the_adjoint_of_windows(case, rng):
    image = random(rng, (2, 3, *[n + 8 for n in case.image]), "int64")
    view = windows(image, case.kernel, case.stride, case.dilation)
    columns = random(rng, view.shape, "int64")
    back = overlap_add(columns, image.shape[2:], case.stride, case.dilation)
    assert back.dtype == np.int64
    assert (view * columns).sum() == (image * back).sum()
