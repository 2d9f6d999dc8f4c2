"""The operators once more as plain loops: slow, obvious, and written without convlib.

Each function takes one image ``(C, *spatial)`` and settings that are already
tuples, and visits every multiplication by itself. ``convolve`` and
``convolve_transposed`` also return how many multiplications that was.
"""

from itertools import product
from math import ceil, floor

import numpy as np


def starts(size, kernel, stride, dilation):
    """Every place a window may start in a line of ``size`` pixels."""
    return [i for i in range(0, size, stride) if i + dilation * (kernel - 1) < size]


def zero_pad(image, padding):
    return np.pad(image, [(0, 0), *((p, p) for p in padding)])


def convolve(image, weight, bias, stride, padding, dilation, groups):
    padded = zero_pad(image, padding)
    settings = zip(padded.shape[1:], weight.shape[2:], stride, dilation, strict=True)
    places = [starts(*each) for each in settings]
    filters, depth = weight.shape[:2]
    output = np.zeros((filters, *map(len, places)), image.dtype)
    count = 0
    for position in np.ndindex(output.shape):
        first = position[0] // (filters // groups) * depth
        for channel, *tap in np.ndindex(weight.shape[1:]):
            pixel = [
                line[i] + d * t
                for line, i, d, t in zip(places, position[1:], dilation, tap, strict=True)
            ]
            value = padded[(first + channel, *pixel)]
            output[position] += value * weight[(position[0], channel, *tap)]
            count += 1
        if bias is not None:
            output[position] += bias[position[0]]
    return output, count


def convolve_transposed(image, weight, bias, stride, padding, output_padding, groups, dilation):
    depth, filters = image.shape[0] // groups, weight.shape[1]
    canvas = [
        (n - 1) * s + d * (k - 1) + 1 + extra
        for n, s, d, k, extra in zip(
            image.shape[1:], stride, dilation, weight.shape[2:], output_padding, strict=True
        )
    ]
    output = np.zeros((filters * groups, *canvas), image.dtype)
    count = 0
    for channel, *position in np.ndindex(image.shape):
        for chosen, *tap in np.ndindex(weight.shape[1:]):
            pixel = [
                s * i + d * t for s, i, d, t in zip(stride, position, dilation, tap, strict=True)
            ]
            target = (channel // depth * filters + chosen, *pixel)
            output[target] += image[(channel, *position)] * weight[(channel, chosen, *tap)]
            count += 1
    cropped = [slice(p, n - p) for p, n in zip(padding, canvas, strict=True)]
    output = output[(slice(None), *cropped)]
    if bias is not None:
        output = output + bias.reshape(-1, *[1] * len(stride))
    return output, count


def pooled_lines(size, kernel, stride, padding, dilation, ceil_mode):
    """Every window on one axis: the places it looks at, before anything is cut off."""
    reach = dilation * (kernel - 1)
    lines, start = [], -padding
    while start + reach < size + padding:
        lines.append([start + dilation * t for t in range(kernel)])
        start += stride
    unseen = start - stride + reach < size + padding - 1
    if ceil_mode and unseen and start < size:
        lines.append([start + dilation * t for t in range(kernel)])
    return lines


def pool(image, reduce, kernel, stride, padding, dilation, ceil_mode):
    """Hand every window to ``reduce`` as a list of (row, column) places."""
    axes = [
        pooled_lines(*each, ceil_mode)
        for each in zip(image.shape[1:], kernel, stride, padding, dilation, strict=True)
    ]
    output = np.zeros((len(image), *map(len, axes)), image.dtype)
    for c, i, j in np.ndindex(output.shape):
        output[c, i, j] = reduce(image[c], list(product(axes[0][i], axes[1][j])))
    return output


def inside(image, places):
    rows, columns = image.shape
    return [image[y, x] for y, x in places if 0 <= y < rows and 0 <= x < columns]


def adaptive_bin(index, size, bins):
    return slice(floor(index * size / bins), ceil((index + 1) * size / bins))


def adaptive_pool(image, reduce, bins):
    output = np.zeros((len(image), *bins), image.dtype)
    for c, i, j in np.ndindex(output.shape):
        rows, columns = image.shape[1:]
        block = image[c, adaptive_bin(i, rows, bins[0]), adaptive_bin(j, columns, bins[1])]
        output[c, i, j] = reduce(block)
    return output


def sample(plane, y, x):
    """Bilinear value of a (H, W) plane at a real-valued place, zero outside."""
    total = 0.0
    for row, column in np.ndindex(plane.shape):
        near_y, near_x = max(0.0, 1 - abs(y - row)), max(0.0, 1 - abs(x - column))
        total += near_y * near_x * plane[row, column]
    return total


def deform(image, offset, weight, bias, stride, padding, dilation, mask):
    filters, depth, height, width = weight.shape
    taps = height * width
    groups, offset_groups = len(image) // depth, len(offset) // (2 * taps)
    output = np.zeros((filters, *offset.shape[1:]), image.dtype)
    for o, i, j in np.ndindex(output.shape):
        first = o // (filters // groups) * depth
        for c, a, b in np.ndindex(depth, height, width):
            channel = first + c
            entry = channel // (len(image) // offset_groups) * taps + a * width + b
            y = i * stride[0] - padding[0] + a * dilation[0] + offset[2 * entry, i, j]
            x = j * stride[1] - padding[1] + b * dilation[1] + offset[2 * entry + 1, i, j]
            scale = 1.0 if mask is None else mask[entry, i, j]
            output[o, i, j] += weight[o, c, a, b] * scale * sample(image[channel], y, x)
        if bias is not None:
            output[o, i, j] += bias[o]
    return output
