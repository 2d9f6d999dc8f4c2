r"""Train the networks of `chapters/training.ipynb` that take too long for a chapter.

    .venv/bin/python -m benchmarks.training

writes chapters/fixtures/training.csv after about ten minutes on one thread. The losses are the
same on every machine to many digits, because everything is seeded and in float64. The times are
not: they belong to the processor on which the file was written. The chapter builds the same
networks, trains one of them for some epochs and compares the losses with the file.
"""

import csv
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torchvision.ops import DeformConv2d

FIXTURE = Path(__file__).resolve().parent.parent / "chapters/fixtures/training.csv"
HEADER = f"""\
# Digits thrown on a canvas: 1000 to learn from, 797 to test. Written by
#     python -m benchmarks.training
# with PyTorch {torch.__version__.split("+")[0]}, float64, one thread, batches of 50, Adam with one
# cycle. epoch: passes through the 1000 images so far; time: CPU time of the thread for so many
# epochs, in epochs of the network "standard"; loss: mean over the epoch; right: of 797; follows:
# correlation of the spacing of the sampling points with the scale of the digit.
"""
COLUMNS = ["network", "parameters", "seed", "epoch", "time", "loss", "right", "follows"]
LEARN = 1000
SEEDS = range(3)
KEPT = 12  # every epoch up to this one, later only each multiple
BATCH = 50
# The layers after the first, the channels, the epochs.
NETWORKS = {
    "standard": (["standard", "standard"], (8, 16, 32), 12),
    "dilated": (["dilated", "dilated"], (8, 16, 32), 12),
    "grouped": (["grouped", "grouped"], (8, 16, 32), 12),
    "separable": (["separable", "separable"], (8, 16, 32), 12),
    "wider separable": (["separable", "separable"], (16, 40, 104), 12),
    "wider standard": (["standard", "standard"], (8, 20, 40), 12),
    "deformable": (["standard", "deformable"], (8, 16, 32), 12),
    "longer standard": (["standard", "standard"], (8, 16, 32), 60),
    "longest standard": (["standard", "standard"], (8, 16, 32), 96),
    "longer wider standard": (["standard", "standard"], (8, 20, 40), 72),
}
ROUNDS = 5  # of measuring one epoch of each network


class Deformable(nn.Module):
    """A deformable convolution with the layer that finds its offsets, zero at first."""

    def __init__(self, channels, out):
        super().__init__()
        self.offsets = nn.Conv2d(channels, 18, 3, padding=1)
        nn.init.zeros_(self.offsets.weight)
        nn.init.zeros_(self.offsets.bias)
        self.samples = DeformConv2d(channels, out, 3, padding=1, bias=False)

    def forward(self, x):
        """Sample where the offsets say."""
        return self.samples(x, self.offsets(x))


def layer(kind, channels, out):
    """Return a 3x3 layer of one kind that keeps the size."""
    if kind == "deformable":
        return Deformable(channels, out)
    if kind == "separable":
        depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        return nn.Sequential(depthwise, nn.Conv2d(channels, out, 1, bias=False))
    dilation, groups = (2 if kind == "dilated" else 1), (4 if kind == "grouped" else 1)
    settings = {"padding": dilation, "dilation": dilation, "groups": groups, "bias": False}
    plain = nn.Conv2d(channels, out, 3, **settings)
    return nn.Sequential(plain, nn.ChannelShuffle(4)) if kind == "grouped" else plain


def network(kinds, widths):
    """Return a network: a first layer with stride 2, one layer of each kind, mean, dense."""
    first = nn.Conv2d(1, widths[0], 3, stride=2, padding=1, bias=False)
    layers = [first, nn.BatchNorm2d(widths[0]), nn.ReLU()]
    for kind, (channels, out) in zip(kinds, pairwise(widths), strict=True):
        layers += [layer(kind, channels, out), nn.BatchNorm2d(out), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 10))


def throw(images, seed, side=20):
    """Turn, scale and move every image on a canvas; return the canvases and the scales."""
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.4, 1, len(images))
    angle = rng.uniform(-np.pi / 4, np.pi / 4, len(images))
    across, down = rng.uniform(-1, 1, (2, len(images))) * (1 - scale)
    c, s = np.cos(angle) / scale, np.sin(angle) / scale
    back = np.stack([c, s, -c * across - s * down, -s, c, s * across - c * down], axis=1)
    back = torch.tensor(back.reshape(-1, 2, 3))
    grid = nn.functional.affine_grid(back, (len(images), 1, side, side), align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False), scale


def digits():
    """Return thrown digits to learn from, with labels, and to test with, with labels and scales."""
    known = load_digits()
    order = np.random.default_rng(0).permutation(len(known.target))
    images = torch.tensor(known.images[order, None] / 16)
    labels = torch.tensor(known.target[order])
    learn, test, scales = throw(images[:LEARN], 1)[0], *throw(images[LEARN:], 2)
    return learn, labels[:LEARN], test, labels[LEARN:], scales


def spacing(offsets):
    """Return the mean distance of neighbouring sampling points at each place."""
    n, _, height, width = offsets.shape
    regular = torch.tensor([[(i, j) for j in range(3)] for i in range(3)])
    points = offsets.reshape(n, 3, 3, 2, height, width) + regular[..., None, None]
    steps = [points.diff(dim=axis).norm(dim=3).flatten(1, 2) for axis in (1, 2)]
    return torch.cat(steps, dim=1).mean(dim=1)


def follows(net, test, scales):
    """Correlate the spacing on the strokes of each digit with the scale of the digit."""
    ink = nn.functional.avg_pool2d(test, 2)[:, 0]  # as large as the map of the last layer
    spaces = spacing(net[6].offsets(net[:6](test)))
    on_strokes = (spaces * ink).sum((1, 2)) / ink.sum((1, 2))
    return np.corrcoef(on_strokes, scales)[0, 1]


def optimiser(net, epochs):
    """Return Adam, with smaller steps for the offsets, and the plan of its steps (one cycle)."""
    offsets = [p for name, p in net.named_parameters() if "offsets" in name]
    others = [p for name, p in net.named_parameters() if "offsets" not in name]
    adam = torch.optim.Adam([{"params": others}, {"params": offsets}])
    steps = epochs * LEARN // BATCH
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, [1e-2, 3e-3], total_steps=steps)


def epoch(net, adam, plan, images, labels, shuffler):
    """Train once on every image; return the mean loss."""
    net.train()
    losses = []
    for rows in torch.randperm(len(images), generator=shuffler).split(BATCH):
        loss = nn.functional.cross_entropy(net(images[rows]), labels[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
        plan.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def prices():
    """Return the time of an epoch of each network: in turns, best of the rounds, standard = 1."""
    learn, labels, *_ = digits()
    best = {}
    for _ in range(ROUNDS):
        for kinds, widths, epochs in NETWORKS.values():
            net = network(kinds, widths)
            adam, plan = optimiser(net, epochs)
            start = time.thread_time()
            epoch(net, adam, plan, learn, labels, torch.Generator())
            spent = time.thread_time() - start
            best[*kinds, widths] = min(spent, best.get((*kinds, widths), spent))
    seconds = {name: best[*kinds, widths] for name, (kinds, widths, _) in NETWORKS.items()}
    return {name: spent / seconds["standard"] for name, spent in seconds.items()}


def run(name, seed, price):
    """Train one network; yield one row for each epoch that is kept."""
    kinds, widths, epochs = NETWORKS[name]
    learn, labels, test, answers, scales = digits()
    torch.manual_seed(seed)
    net, shuffler = network(kinds, widths), torch.Generator().manual_seed(seed)
    adam, plan = optimiser(net, epochs)
    weights = sum(p.numel() for p in net.parameters())
    for number in range(1, epochs + 1):
        loss = epoch(net, adam, plan, learn, labels, shuffler)
        if number > KEPT and number % KEPT:
            continue
        net.eval()
        with torch.no_grad():
            right = int((net(test).argmax(1) == answers).sum())
            moved = f"{follows(net, test, scales):.3f}" if name == "deformable" else ""
        yield [name, weights, seed, number, f"{number * price:.1f}", f"{loss:.6f}", right, moved]


def main():
    """Train every network from every seed and write the file."""
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    price, rows = prices(), []
    for seed in SEEDS:
        for name in NETWORKS:
            rows += run(name, seed, price[name])
            print(*rows[-1], file=sys.stderr, flush=True)
    write(rows)


def write(rows):
    """Store the rows, network by network."""
    with FIXTURE.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *sorted(rows, key=lambda row: list(NETWORKS).index(row[0]))])


if __name__ == "__main__":
    main()
