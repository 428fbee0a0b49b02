"""Speed of StyleGAN2: training and generation against PyTorch; memory.

    python benchmarks/style_speed.py [--torch PYTHON] [--sizes 32 64] [--rounds 5]

Prints a table of images a second:
    plain     training without R1 and path length
    train     model.fit with both, every 16th and every 4th step
    generate  model.generate
in kgan and in the forms of torch_style.py, each in turn, `--rounds` times; the medians
count. The columns of PyTorch need torch: in this environment, or in that of the
interpreter that --torch names. Then the share of the time of training that the lazy
updates take, and a table of the largest resident set of a process that trains at
`--memory` pixels. Run it on an idle machine.
"""

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from in_turn import Rounds, batches_of, header, peers_row, start_peers

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

MODES = ("eager", "channels_last", "compile")
HERE = Path(__file__).parent
# A whole number of periods of the lazy updates.
PERIOD = 16


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[32, 64])
    parser.add_argument("--modes", nargs="*", default=MODES, choices=MODES)
    parser.add_argument("--channel-base", type=int, default=1024)
    parser.add_argument("--channel-max", type=int, default=64)
    parser.add_argument("--latents", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch", default=sys.executable, help="a Python with torch")
    parser.add_argument("--memory", type=int, nargs="*", default=[64, 128, 256])
    parser.add_argument("--memory-of", type=int, help="a single size, of this process")
    options = parser.parse_args()
    if options.memory_of:
        print(largest(options.memory_of, options))
        return
    print(header(["pixels", "task"], options.modes))
    rounds = Rounds(options.rounds)
    shares = [measure(size, rounds, options) for size in options.sizes]
    print(f"\n{rounds.note()}")
    for size, share in zip(options.sizes, shares, strict=True):
        print(f"\nlazy updates at {size} pixels: {share:.0%} of the time of training")
    if options.memory:
        memory(options)


def measure(size, rounds, options):
    """Prints the rows of a size; the share of the lazy updates."""
    numbers = size, options.channel_base, options.channel_max
    numbers = *numbers, options.latents, options.batch_size
    runs, parameters = kgan_tasks(*numbers)
    found = {}
    with contextlib.ExitStack() as stack:
        command = options.torch, HERE / "torch_style.py", "cpu", "float32"
        peers = start_peers(stack, command, options.modes, numbers, parameters)
        for task, run in runs.items():
            turns = {"kgan": run}
            for mode, peer in peers.items():
                turns[mode] = lambda peer=peer, task=task: peer.run(task, PERIOD)
            measured = rounds.rates(turns, PERIOD * options.batch_size)
            found[task] = statistics.median(measured["kgan"])
            print(peers_row([str(size), task], measured, options.modes), flush=True)
    return 1.0 - found["train"] / found["plain"]


def kgan_tasks(size, base, most, latents, batch):
    """(what is measured, by name; the parameters of the networks)."""
    plain, model = (built(size, base, most, latents, lazy) for lazy in (False, True))
    data = batches(size, batch)
    plain.fit(data, verbose=0)
    model.fit(data, verbose=0)
    model.generate(batch, seed=0)

    def generate():
        for _ in range(PERIOD):
            model.generate(batch, seed=0)

    tasks = {
        "plain": lambda: plain.fit(data, verbose=0),
        "train": lambda: model.fit(data, verbose=0),
        "generate": generate,
    }
    networks = model.generator, model.discriminator
    return tasks, [network.count_params() for network in networks]


def built(size, base, most, latents, lazy, **compiled):
    import keras

    import kgan

    weights = {"gamma": 0.01, "path_weight": 2.0} if lazy else {"path_weight": 0.0}
    weights = weights if lazy else {**weights, "gamma": 0.0}
    model = kgan.StyleGAN2(
        (size, size, 3),
        latents,
        latents,
        channel_base=base,
        channel_max=most,
        depth=2,
        group=4,
        mixing=0.9,
        ema_decay=0.99,
        seed=0,
        **weights,
    )
    adam = {"beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8}
    adams = [keras.optimizers.Adam(2.5e-3, **adam) for _ in range(2)]
    model.compile(*adams, **compiled)
    return model


def batches(size, batch, steps=PERIOD):
    """Batches that lie ready: the values do not change the speed."""
    import numpy as np

    images = np.random.default_rng(0).uniform(-1.0, 1.0, (batch, size, size, 3))
    return batches_of(images.astype("float32"), steps)


def memory(options):
    """Prints the table of memory, each size in a process of its own."""
    print(f"\n| pixels | largest resident set, batches of {options.batch_size} |")
    print("|---|---|")
    sizes = {
        "--channel-base": options.channel_base,
        "--channel-max": options.channel_max,
        "--batch-size": options.batch_size,
        "--latents": options.latents,
    }
    told = [str(part) for pair in sizes.items() for part in pair]
    for size in options.memory:
        command = [sys.executable, __file__, "--memory-of", str(size), *told]
        megabytes = subprocess.check_output(command, text=True).strip()
        print(f"| {size} | {megabytes} MB |", flush=True)


def largest(size, options):
    """Megabytes of this process, after a period of training."""
    numbers = options.channel_base, options.channel_max, options.latents
    model = built(size, *numbers, lazy=True)
    model.fit(batches(size, options.batch_size), verbose=0)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
