r"""Record what public counters say about the layers of `chapters/costs.ipynb`.

The counters are no part of the course's environment. Install them apart, and run this once:

    pip install --no-deps --target counters fvcore==0.1.5.post20221221 iopath yacs tabulate \
        termcolor portalocker tqdm ptflops==0.7.5 thop==0.1.1.post2209072238 \
        torchinfo==1.8.0 torchprofile==0.1.0
    PYTHONPATH=counters .venv/bin/python tools/record_counters.py

Each count runs in a process of its own, because one counter ends the process on one layer.
"""

import contextlib
import csv
import io
import multiprocessing
import warnings
from importlib.metadata import version
from pathlib import Path

FIXTURE = Path(__file__).resolve().parent.parent / "chapters/fixtures/counters.csv"
COLUMNS = ["tool", "version", "layer", "module", "count"]
SHAPE = (1, 8, 32, 32)


def layers():
    """Name the layers; the chapter builds the same ones and compares their descriptions."""
    from torch import nn
    from torchvision.models import resnet50

    return {
        "convolution": nn.Conv2d(8, 16, 3, padding=1, bias=False),
        "with bias": nn.Conv2d(8, 16, 3, padding=1),
        "stride 2": nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False),
        "dilated": nn.Conv2d(8, 16, 3, padding=2, dilation=2, bias=False),
        "grouped": nn.Conv2d(8, 16, 3, padding=1, groups=4, bias=False),
        "depthwise": nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
        "transposed": nn.ConvTranspose2d(8, 16, 3, 2, 1, 1, bias=False),
        "transposed, grouped": nn.ConvTranspose2d(8, 16, 4, 2, 1, groups=4, bias=False),
        "deformable": deformable(),
        "batch norm": nn.BatchNorm2d(8),
        "ReLU": nn.ReLU(),
        "average pooling": nn.AvgPool2d(2),
        "max pooling": nn.MaxPool2d(2),
        "dense": nn.Sequential(nn.Flatten(), nn.Linear(8192, 10)),
        "ResNet-50": resnet50(),
    }


def deformable():
    """Build a deformable convolution together with the layer that computes its offsets."""
    from torch import nn
    from torchvision.ops import DeformConv2d

    class Deformable(nn.Module):
        def __init__(self):
            super().__init__()
            self.offsets = nn.Conv2d(8, 18, 3, padding=1, bias=False)
            self.samples = DeformConv2d(8, 16, 3, padding=1, bias=False)

        def forward(self, x):
            return self.samples(x, self.offsets(x))

    return Deformable()


def fvcore(module, x):
    """Count with fvcore, which calls one MAC one flop."""
    from fvcore.nn import FlopCountAnalysis

    return FlopCountAnalysis(module, x).unsupported_ops_warnings(False).total()


def ptflops(module, x):
    """Count with ptflops, with its default back end."""
    from ptflops import get_model_complexity_info

    settings = {"print_per_layer_stat": False, "as_strings": False}
    return get_model_complexity_info(module, tuple(x.shape[1:]), **settings)[0]


def thop(module, x):
    """Count with thop."""
    from thop import profile

    return profile(module, inputs=(x,), verbose=False)[0]


def torchinfo(module, x):
    """Count with torchinfo, which calls its column mult-adds."""
    from torchinfo import summary

    return summary(module, input_data=x, verbose=0).total_mult_adds


def torchprofile(module, x):
    """Count with torchprofile."""
    from torchprofile import profile_macs

    return profile_macs(module, x)


TOOLS = [fvcore, ptflops, thop, torchinfo, torchprofile]


def count(tool, layer, answer):
    """Put the count of one tool for one layer, or the kind of its error, into a queue."""
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    module = layers()[layer].eval()
    shape = (1, 3, 224, 224) if layer == "ResNet-50" else SHAPE
    try:
        with contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
            answer.put(int(tool(module, torch.zeros(shape))))
    except Exception as error:
        answer.put(type(error).__name__)


def counted(tool, layer):
    """Count in a new process; return "crash" when that process dies."""
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=count, args=(tool, layer, answer))
    process.start()
    process.join()
    return "crash" if process.exitcode else answer.get()


def main():
    """Write one row for each tool and layer."""
    modules = {name: " ".join(str(module).split()) for name, module in layers().items()}
    modules["ResNet-50"] = "torchvision.models.resnet50()"
    rows = [
        (tool.__name__, version(tool.__name__), name, modules[name], counted(tool, name))
        for tool in TOOLS
        for name in modules
    ]
    FIXTURE.parent.mkdir(exist_ok=True)
    with FIXTURE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    print(f"{len(rows)} rows in {FIXTURE.name}")


if __name__ == "__main__":
    main()
