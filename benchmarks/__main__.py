"""Time every layer in every library and print one table: ``python -m benchmarks --help``."""

import argparse
import json
import signal
import sys
import time
import tracemalloc
from math import exp, log

import numpy as np
import threadpoolctl
import torch

import convlib

from . import FORCED_KERNEL
from .cases import FAMILIES, LAYERS, calls, normal

# At most this many times PyTorch's time, and the bare product's: what the library promises.
GOALS = {
    "dense 3x3": (1.50, 1.28),
    "stem": (1.70, 1.35),
    "LeNet": (1.60, None),
    "1x1": (1.27, 1.17),
    "dilated": (1.48, 1.32),
    "grouped": (2.35, None),
    "depthwise": (3.40, 2.90),
    "transposed": (1.05, None),
    "max pooling": (0.14, None),
    "average pooling": (0.44, None),
    "deformable": (0.62, None),
    "weight gradient": (1.55, None),
    "input gradient": (1.55, None),
}
ONNX_GOAL = 0.5
MEMORY_GOAL = 0.30
RIVALS = {"torch": "PyTorch", "product": "product", "paddle": "Paddle", "onnx": "onnx.ref"}


def arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--family", choices=FAMILIES, help="only this family of layers")
    parser.add_argument("--quick", action="store_true", help="batch 1, two rounds")
    parser.add_argument("--json", metavar="FILE", help="write every ratio to FILE")
    return parser.parse_args()


def machine():
    """Say what decides the ratios, and which of the goals therefore bind."""
    torch.set_num_threads(1)
    pools = threadpoolctl.threadpool_info()
    if any(pool["num_threads"] != 1 for pool in pools):
        sys.exit("more than one thread: start the benchmarks by `make bench`")
    if FORCED_KERNEL:
        print(f"OPENBLAS_CORETYPE={FORCED_KERNEL} is ignored: it would slow NumPy down alone")
    kernels = sorted({pool["architecture"] for pool in pools if "architecture" in pool})
    features = torch.backends.cpu.get_cpu_capability()
    binding = "PyTorch" if features == "AVX512" else "the bare product"
    print(f"processor: {features}; matrix product of NumPy {np.__version__}: {', '.join(kernels)}")
    print(f"the goals that bind on such a processor: the ratios to {binding}\n")
    return {"features": features, "kernels": kernels, "numpy": np.__version__}


def measure(functions, rounds, budget=0.04):
    """Return the seconds of one call of each function: thread CPU time, best of the rounds.

    The functions take turns, and one call that is not timed goes before every timed batch.
    """
    best = dict.fromkeys(functions, float("inf"))
    for _ in range(rounds):
        for name, function in functions.items():
            warm = seconds(function)
            best[name] = min(best[name], seconds(function, max(1, int(budget / warm))))
    return best


def seconds(function, repeats=1):
    """Return the CPU time of this thread in one call."""
    start = time.thread_time()
    for _ in range(repeats):
        function()
    return (time.thread_time() - start) / repeats


def stopped(function, limit):
    """Run a function, but stop it after `limit` seconds of CPU time: None."""

    def stop(_signal, _frame):
        raise TimeoutError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        return function()
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def time_layer(layer, batch, rounds, limit):
    """Check that the libraries agree, then return the seconds of each, and if one was stopped."""
    functions = calls(layer, batch)
    expected = functions["torch"]().numpy()
    late = {}
    for name in ("convlib", "paddle", "onnx"):
        if name not in functions:
            continue
        result = stopped(functions[name], limit) if name == "onnx" else functions[name]()
        if result is None:
            late = {name: limit}
        else:
            agree(np.asarray(result), expected, f"{name}: {layer}")
    timed = {name: function for name, function in functions.items() if name not in late}
    return measure(timed, rounds) | late, bool(late)


def agree(result, expected, what):
    """Refuse to time a wrong answer."""
    scale = np.abs(expected).max()
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5 * scale, err_msg=what)


def memory():
    """Return the peak of one convolution over its patch matrix, the result included."""
    image, weight = normal(8, 64, 112, 112), normal(64, 64, 3, 3)
    tracemalloc.start()
    convlib.conv2d(image, weight, padding=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (9 * image.nbytes)


def mean(ratios):
    """Return the geometric mean."""
    return exp(sum(map(log, ratios)) / len(ratios))


def summary(family, records):
    """Return the mean ratio to every library over the layers of one family."""
    mine = [record for record in records if record["family"] == family]
    shared = [name for name in RIVALS if name in mine[0]["ratios"]]
    return {
        "family": family,
        "cases": len(mine),
        "ratios": {name: mean([record["ratios"][name] for record in mine]) for name in shared},
        "onnx_stopped": sum(record["onnx_stopped"] for record in mine),
    }


def judged(ratio, goal):
    """Return a ratio beside its goal, and whether it is met."""
    if ratio is None:
        return "-"
    if goal is None:
        return f"{ratio:.2f}"
    return f"{ratio:.2f} <= {goal:.2f} {'met' if ratio <= goal else 'MISSED'}"


def table(rows):
    """Print the means of every family with their goals."""
    heads = ("time of convlib / of", "cases", *RIVALS.values())
    form = "{:21}{:>6}  {:21}{:21}{:9}{}"
    print("\n" + form.format(*heads))
    for row in rows:
        to_torch, to_product = GOALS[row["family"]]
        ratios = row["ratios"]
        onnx = judged(ratios.get("onnx"), ONNX_GOAL)
        if ratios.get("onnx", 0) > ONNX_GOAL and "product" in ratios:
            onnx += f", the bare product {ratios['onnx'] / ratios['product']:.2f}"
        if row["onnx_stopped"]:
            onnx += f", or less: {row['onnx_stopped']} stopped"
        print(
            form.format(
                row["family"],
                row["cases"],
                judged(ratios["torch"], to_torch),
                judged(ratios.get("product"), to_product),
                f"{ratios['paddle']:.2f}",
                onnx,
            )
        )


def main():
    """Time the layers, print the table, write the file."""
    options = arguments()
    about = machine()
    rounds, limit, batches = (2, 0.5, [1]) if options.quick else (4, 2.0, [1, 8])
    families = [options.family] if options.family else FAMILIES
    records = []
    for layer in LAYERS:
        for batch in batches if layer.family in families else []:
            best, cut = time_layer(layer, batch, rounds, limit)
            ratios = {name: best["convlib"] / best[name] for name in RIVALS if name in best}
            shown = "  ".join(f"{RIVALS[name]} {ratio:.3g}" for name, ratio in ratios.items())
            print(f"{layer.family:16}{f'{layer}, batch {batch}':48}{shown}", flush=True)
            records.append(
                {
                    "family": layer.family,
                    "layer": str(layer),
                    "batch": batch,
                    "ratios": ratios,
                    "onnx_stopped": cut,
                }
            )
    rows = [summary(family, records) for family in families]
    table(rows)
    peak = memory()
    print(f"\npeak memory / patch matrix, 3x3 on 8x64x112x112: {judged(peak, MEMORY_GOAL)}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": about, "families": rows, "memory": peak, "layers": records}, file)


main()
