"""The layers that are timed, and for each the same call in every library."""

from math import prod
from typing import NamedTuple

import numpy as np
import onnx
import paddle
import torch
import torchvision
from onnx.reference import ReferenceEvaluator

import convlib

RNG = np.random.default_rng(0)


class Layer(NamedTuple):
    """One layer of a network; images and kernels are square."""

    family: str
    network: str
    channels: int
    size: int
    out: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1  # of the channels; of the offsets where the family is "deformable"

    def __str__(self):
        """Name the layer by its network and its shape."""
        shape = f"{self.channels}@{self.size}"
        return f"{self.network} {shape} to {self.out}, {self.kernel}x{self.kernel}"


GRADIENTS = [
    ("AlexNet", 64, 27, 192, 5, 1, 2),
    ("ResNet-50", 64, 56, 64, 3, 1, 1),
    ("ResNet-50 /2", 128, 56, 128, 3, 2, 1),
    ("ResNet-50", 256, 14, 256, 3, 1, 1),
    ("ResNet-50", 512, 7, 512, 3, 1, 1),
    ("ResNet-50", 256, 56, 64, 1),
    ("ResNet-50", 256, 14, 1024, 1),
    ("ResNeXt-50", 256, 28, 256, 3, 1, 1, 1, 32),
    ("MobileNet", 128, 56, 128, 3, 1, 1, 1, 128),
]
LAYERS = [
    Layer("dense 3x3", "VGG-16", 64, 112, 128, 3, 1, 1),
    Layer("dense 3x3", "VGG-16", 512, 14, 512, 3, 1, 1),
    Layer("dense 3x3", "AlexNet", 192, 13, 384, 3, 1, 1),
    Layer("dense 3x3", "U-Net", 256, 56, 128, 3, 1, 1),
    Layer("dense 3x3", "ResNet-50", 64, 56, 64, 3, 1, 1),
    Layer("dense 3x3", "ResNet-50", 128, 28, 128, 3, 1, 1),
    Layer("dense 3x3", "ResNet-50", 256, 14, 256, 3, 1, 1),
    Layer("dense 3x3", "ResNet-50", 512, 7, 512, 3, 1, 1),
    Layer("stem", "AlexNet", 3, 224, 64, 11, 4, 2),
    Layer("stem", "AlexNet", 64, 27, 192, 5, 1, 2),
    Layer("stem", "ResNet-50", 3, 224, 64, 7, 2, 3),
    Layer("LeNet", "LeNet", 1, 28, 6, 5, 1, 2),
    Layer("LeNet", "LeNet", 6, 14, 16, 5),
    Layer("1x1", "ResNet-50", 64, 56, 256, 1),
    Layer("1x1", "ResNet-50", 256, 56, 64, 1),
    Layer("1x1", "ResNet-50 /2", 256, 56, 512, 1, 2),
    Layer("1x1", "ResNet-50", 1024, 14, 256, 1),
    Layer("1x1", "ResNet-50", 512, 7, 2048, 1),
    Layer("1x1", "MobileNet", 512, 14, 512, 1),
    Layer("dilated", "DeepLab rate 2", 256, 28, 256, 3, 1, 2, 2),
    Layer("dilated", "DeepLab rate 4", 512, 28, 512, 3, 1, 4, 4),
    Layer("dilated", "DeepLab rate 12", 320, 28, 256, 3, 1, 12, 12),
    Layer("grouped", "ResNeXt-50", 128, 56, 128, 3, 1, 1, 1, 32),
    Layer("grouped", "ResNeXt-50", 256, 28, 256, 3, 1, 1, 1, 32),
    Layer("grouped", "ResNeXt-50", 512, 14, 512, 3, 1, 1, 1, 32),
    Layer("grouped", "ResNeXt-50", 1024, 7, 1024, 3, 1, 1, 1, 32),
    Layer("depthwise", "MobileNet", 32, 112, 32, 3, 1, 1, 1, 32),
    Layer("depthwise", "MobileNet /2", 64, 112, 64, 3, 2, 1, 1, 64),
    Layer("depthwise", "MobileNet", 128, 56, 128, 3, 1, 1, 1, 128),
    Layer("depthwise", "MobileNet", 256, 28, 256, 3, 1, 1, 1, 256),
    Layer("depthwise", "MobileNet", 512, 14, 512, 3, 1, 1, 1, 512),
    Layer("depthwise", "MobileNet", 1024, 7, 1024, 3, 1, 1, 1, 1024),
    Layer("transposed", "DCGAN", 100, 1, 1024, 4),
    Layer("transposed", "DCGAN", 1024, 4, 512, 4, 2, 1),
    Layer("transposed", "DCGAN", 512, 8, 256, 4, 2, 1),
    Layer("transposed", "DCGAN", 256, 16, 128, 4, 2, 1),
    Layer("transposed", "DCGAN", 128, 32, 3, 4, 2, 1),
    Layer("transposed", "U-Net", 512, 28, 256, 2, 2),
    Layer("transposed", "U-Net", 128, 56, 64, 2, 2),
    Layer("max pooling", "AlexNet", 64, 55, 64, 3, 2),
    Layer("max pooling", "VGG-16", 64, 112, 64, 2, 2),
    Layer("max pooling", "ResNet-50", 64, 112, 64, 3, 2, 1),
    Layer("max pooling", "Inception", 192, 28, 192, 3, 1, 1),
    Layer("average pooling", "LeNet", 6, 28, 6, 2, 2),
    Layer("average pooling", "DenseNet", 128, 56, 128, 2, 2),
    Layer("average pooling", "DenseNet", 256, 28, 256, 2, 2),
    Layer("average pooling", "Inception", 192, 28, 192, 3, 1, 1),
    Layer("average pooling", "Inception", 480, 14, 480, 3, 1, 1),
    Layer("deformable", "DCN", 64, 28, 64, 3, 1, 1),
    Layer("deformable", "DCN", 128, 28, 128, 3, 1, 1),
    Layer("deformable", "DCN", 256, 14, 256, 3, 1, 1),
    Layer("deformable", "DCN", 512, 7, 512, 3, 1, 1),
    Layer("deformable", "DCN v2", 128, 28, 128, 3, 1, 1),
    Layer("deformable", "DCN v2 x4", 256, 14, 256, 3, 1, 1, 1, 4),
    *(Layer("weight gradient", *layer) for layer in GRADIENTS),
    *(Layer("input gradient", *layer) for layer in GRADIENTS),
]
FAMILIES = list(dict.fromkeys(layer.family for layer in LAYERS))


def normal(*shape):
    """Draw normal float32 numbers."""
    return RNG.standard_normal(shape, dtype=np.float32)


def calls(layer, batch):
    """Return {library: call without arguments} for one layer; every call answers the same."""
    if layer.family.endswith("pooling"):
        return pooling(layer, batch)
    builders = {
        "transposed": transposed,
        "deformable": deformable,
        "weight gradient": weight_gradient,
        "input gradient": input_gradient,
    }
    return builders.get(layer.family, convolution)(layer, batch)


def evaluator(operator, *arrays, **attributes):
    """Return a call of one ONNX operator in onnx.reference."""
    names = [f"x{i}" for i in range(len(arrays))]
    node = onnx.helper.make_node(operator, names, ["y"], **attributes)
    kinds = [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in names]
    answer = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
    graph = onnx.helper.make_graph([node], operator, kinds, [answer])
    opset = [onnx.helper.make_opsetid("", 22)]
    model = ReferenceEvaluator(onnx.helper.make_model(graph, opset_imports=opset, ir_version=10))
    return lambda: model.run(None, dict(zip(names, arrays, strict=True)))[0]


def geometry(layer):
    """Return the settings of a layer as ONNX spells them."""
    return {
        "kernel_shape": [layer.kernel] * 2,
        "strides": [layer.stride] * 2,
        "pads": [layer.padding] * 4,
        "dilations": [layer.dilation] * 2,
    }


def operands(layer, batch):
    """Return the input, the weight and the settings of a convolution."""
    x = normal(batch, layer.channels, layer.size, layer.size)
    w = normal(layer.out, layer.channels // layer.groups, layer.kernel, layer.kernel)
    return x, w, (layer.stride, layer.padding, layer.dilation, layer.groups)


def both(*arrays):
    """Return the arrays as tensors of PyTorch and of Paddle."""
    return [torch.from_numpy(a) for a in arrays], [paddle.to_tensor(a) for a in arrays]


def product(layer, batch, positions):
    """Return the factors of the bare product: filters and patches, group by group."""
    rows = layer.channels // layer.groups * layer.kernel**2
    filters = normal(layer.groups, layer.out // layer.groups, rows)
    return filters, normal(batch, layer.groups, rows, positions)


def convolution(layer, batch):
    """Return the calls of a convolution."""
    x, w, settings = operands(layer, batch)
    (tx, tw), (px, pw) = both(x, w)
    positions = prod(torch.conv2d(tx[:1], tw, None, *settings).shape[2:])
    filters, patches = product(layer, batch, positions)
    return {
        "convlib": lambda: convlib.conv2d(x, w, None, *settings),
        "torch": lambda: torch.conv2d(tx, tw, None, *settings),
        "paddle": lambda: paddle.nn.functional.conv2d(px, pw, None, *settings),
        "onnx": evaluator("Conv", x, w, group=layer.groups, **geometry(layer)),
        "product": lambda: filters @ patches,
    }


def transposed(layer, batch):
    """Return the calls of a transposed convolution."""
    x = normal(batch, layer.channels, layer.size, layer.size)
    w = normal(layer.channels, layer.out, layer.kernel, layer.kernel)
    (tx, tw), (px, pw) = both(x, w)
    flat, pixels = w.reshape(layer.channels, -1).T, x.reshape(batch, layer.channels, -1)
    settings = (layer.stride, layer.padding)
    return {
        "convlib": lambda: convlib.conv_transpose2d(x, w, None, *settings),
        "torch": lambda: torch.conv_transpose2d(tx, tw, None, *settings),
        "paddle": lambda: paddle.nn.functional.conv2d_transpose(px, pw, None, *settings),
        "onnx": evaluator("ConvTranspose", x, w, **geometry(layer)),
        "product": lambda: flat @ pixels,
    }


def pooling(layer, batch):
    """Return the calls of a pooling layer; there is no product to compare with."""
    x = normal(batch, layer.channels, layer.size, layer.size)
    (tx,), (px,) = both(x)
    settings = (layer.kernel, layer.stride, layer.padding)
    shape = geometry(layer)
    functional = paddle.nn.functional
    if layer.family == "max pooling":
        return {
            "convlib": lambda: convlib.max_pool2d(x, *settings),
            "torch": lambda: torch.nn.functional.max_pool2d(tx, *settings),
            "paddle": lambda: functional.max_pool2d(px, *settings),
            "onnx": evaluator("MaxPool", x, **shape),
        }
    return {
        "convlib": lambda: convlib.avg_pool2d(x, *settings),
        "torch": lambda: torch.nn.functional.avg_pool2d(tx, *settings),
        "paddle": lambda: functional.avg_pool2d(px, *settings, exclusive=False),
        "onnx": evaluator("AveragePool", x, count_include_pad=1, **shape),
    }


def deformable(layer, batch):
    """Return the calls of a deformable convolution of a 3x3 kernel that keeps the size."""
    share, layer = layer.groups, layer._replace(groups=1)
    x, w, (stride, padding, dilation, _) = operands(layer, batch)
    taps = share * layer.kernel**2
    offset = normal(batch, 2 * taps, layer.size, layer.size)
    arrays = [x, offset, w]
    if "v2" in layer.network:
        arrays.append(RNG.random((batch, taps, layer.size, layer.size), dtype=np.float32))
    (tx, to, tw, *tm), (px, po, pw, *pm) = both(*arrays)
    mask, tm, pm = (m[0] if m else None for m in (arrays[3:], tm, pm))
    settings = (stride, padding, dilation)
    bias = np.zeros(layer.out, np.float32)  # ONNX takes the mask after the bias
    named = [x, w, offset] if mask is None else [x, w, offset, bias, mask]
    filters, patches = product(layer, batch, layer.size**2)
    deform = paddle.vision.ops.deform_conv2d
    return {
        "convlib": lambda: convlib.deform_conv2d(x, offset, w, None, *settings, mask),
        "torch": lambda: torchvision.ops.deform_conv2d(tx, to, tw, None, *settings, tm),
        "paddle": lambda: deform(px, po, pw, None, *settings, share, 1, pm),
        "onnx": evaluator("DeformConv", *named, offset_group=share, **geometry(layer)),
        "product": lambda: filters @ patches,
    }


def weight_gradient(layer, batch):
    """Return the calls of the gradient of a convolution with respect to its weight."""
    x, w, settings = operands(layer, batch)
    (tx, tw), (px, pw) = both(x, w)
    g = normal(*torch.conv2d(tx, tw, None, *settings).shape)
    (tg,), (pg,) = both(g)
    pw.stop_gradient = False
    py = paddle.nn.functional.conv2d(px, pw, None, *settings)
    rows = g.reshape(batch, layer.groups, layer.out // layer.groups, -1)
    patches = product(layer, batch, rows.shape[3])[1].swapaxes(2, 3)
    return {
        "convlib": lambda: convlib.conv2d_weight(x, w.shape, g, *settings),
        "torch": lambda: torch.nn.grad.conv2d_weight(tx, w.shape, tg, *settings),
        "paddle": lambda: paddle.grad(py, pw, pg, retain_graph=True)[0],
        "product": lambda: rows @ patches,
    }


def input_gradient(layer, batch):
    """Return the calls of the gradient of a convolution with respect to its input."""
    x, w, settings = operands(layer, batch)
    (tx, tw), (px, pw) = both(x, w)
    g = normal(*torch.conv2d(tx, tw, None, *settings).shape)
    (tg,), (pg,) = both(g)
    px.stop_gradient = False
    py = paddle.nn.functional.conv2d(px, pw, None, *settings)
    filters = w.reshape(layer.groups, layer.out // layer.groups, -1).swapaxes(1, 2)
    pixels = g.reshape(batch, layer.groups, layer.out // layer.groups, -1)
    return {
        "convlib": lambda: convlib.conv2d_input(x.shape, w, g, *settings),
        "torch": lambda: torch.nn.grad.conv2d_input(x.shape, tw, tg, *settings),
        "paddle": lambda: paddle.grad(py, px, pg, retain_graph=True)[0],
        "product": lambda: filters @ pixels,
    }
