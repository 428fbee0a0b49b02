"""Speed of image to image: training and translation against PyTorch; a large picture.

    python benchmarks/translate_speed.py [--torch PYTHON] [--rounds 5] [--steps 8]

Prints a table of images a second of pix2pix (U-Net, PatchGAN), CycleGAN (residual
translators, PatchGANs) and SRResNet:
    kgan           model.fit of batches that lie ready, and model.translate
    eager          the same networks, losses, optimizers and passes per step in PyTorch
    channels_last  memory in that order, and Adam's fused form
    compile        the same, with torch.compile
Each is measured in turn, `--rounds` times; the medians count. The columns of PyTorch
need torch: in this environment, or in that of the interpreter that --torch names. Then
a table of what large_picture.py says of a picture that is translated in tiles. Run it
on an idle machine.
"""

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path

from in_turn import Rounds, batches_of, header, peers_row, start_peers

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

MODES = ("eager", "channels_last", "compile")
GAMES = ("pix2pix", "cyclegan", "srresnet")
HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", nargs="*", default=GAMES, choices=GAMES)
    parser.add_argument("--modes", nargs="*", default=MODES, choices=MODES)
    parser.add_argument("--size", type=int, default=64, help="of pix2pix and CycleGAN")
    parser.add_argument("--crop", type=int, default=24, help="of SRResNet's sources")
    parser.add_argument("--factor", type=int, default=4, help="of SRResNet")
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=4, help="SRResNet: 4 times")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch", default=sys.executable, help="a Python with torch")
    parser.add_argument("--picture", type=int, default=2048, help="0: no large picture")
    parser.add_argument("--picture-factor", type=int, default=2)
    options = parser.parse_args()
    print(header(["network", "task"], options.modes))
    rounds = Rounds(options.rounds)
    for game in options.games:
        measure(game, rounds, options)
    print(f"\n{rounds.note()}")
    if options.picture:
        large_picture(options)


def measure(name, rounds, options):
    """Prints the rows of a game."""
    with contextlib.ExitStack() as stack:
        numbers = numbers_of(name, options)
        tasks, parameters = kgan_tasks(name, *numbers, options.steps)
        command = options.torch, HERE / "torch_translation.py", name
        peers = start_peers(stack, command, options.modes, numbers, parameters)
        for task, run in tasks.items():
            runs = {"kgan": run}
            for mode, peer in peers.items():
                runs[mode] = lambda peer=peer, task=task: peer.run(task, options.steps)
            measured = rounds.rates(runs, numbers[-1] * options.steps)
            print(peers_row([name, task], measured, options.modes), flush=True)


def numbers_of(name, options):
    """size, width, blocks, depth of D, factor, batch size."""
    if name == "srresnet":
        return options.crop, options.width, 8, 0, options.factor, 4 * options.batch_size
    return options.size, options.width, 6, 2, 1, options.batch_size


def kgan_tasks(name, size, width, blocks, depth, factor, batch, steps):
    """(what is measured, by name; the parameters of the networks)."""
    import keras
    import numpy as np

    import kgan

    shapes = (size, size, 3), (size * factor, size * factor, 3)
    adams = [keras.optimizers.Adam(2e-4, 0.5) for _ in range(2)]
    if name == "srresnet":
        model = kgan.SRResNet(*shapes, factor, width, blocks, seed=0)
        model.compile(adams[0])
        networks = [model.generator]
    elif name == "cyclegan":
        options = {"blocks": blocks, "depth": depth, "history": 50}
        model = kgan.CycleGAN(*shapes, width, seed=0, **options)
        model.compile(*adams)
        networks = [model.to_b, model.to_a, model.d_a, model.d_b]
    else:
        model = kgan.Pix2Pix(*shapes, width, depth=depth, seed=0)
        model.compile(*adams)
        networks = [model.generator, model.discriminator]
    rng = np.random.default_rng(0)
    # The values do not change the speed.
    parts = [rng.uniform(-1.0, 1.0, (batch, *s)).astype("float32") for s in shapes]
    data = batches_of(tuple(parts), steps)

    def train():
        model.fit(data, verbose=0)

    def translate():
        for _ in range(steps):
            model.translate(parts[0])

    model.fit(data.take(2), verbose=0)
    model.translate(parts[0])
    parameters = [network.count_params() for network in networks]
    return {"train": train, "translate": translate}, parameters


def large_picture(options):
    script = HERE / "large_picture.py"
    numbers = "--side", options.picture, "--factor", options.picture_factor
    command = [sys.executable, script, *numbers, "--width", options.width]
    print("\n" + subprocess.check_output([*map(str, command)], text=True), end="")


if __name__ == "__main__":
    main()
