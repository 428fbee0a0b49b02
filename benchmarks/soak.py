"""Kills training at random moments, resumes it, and compares with an unbroken run.

    python benchmarks/soak.py [--kills 50] [--epochs 8] [--work DIR]

Trains a small DCGAN on part of the embedded digits by train.py, once unbroken, once
under SIGKILL and SIGTERM while it starts, trains, writes a checkpoint, or exports.
Checks at the end that

- the weights, optimizers, averages and seeds of both runs are the same bits,
- no kill lost more steps than --save-every: each step notes its number in a file,
- every file that was left can be read.

Exit code 0 if so.
"""

import argparse
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

SAVE_EVERY = 20
MOMENTS = ("start", "training", "checkpoint", "export")
TRAIN = Path(__file__).resolve().parents[1]
STEP = "step"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="at least")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", default=None, help="an empty directory")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return train(options.child)
    work = Path(options.work or tempfile.mkdtemp(prefix="kgan_soak_"))
    random.seed(options.seed)

    kills, worst, finished = Counter(), 0, False
    while not finished:
        moment, name, lost = one_life(options, work)
        worst = max(worst, lost)
        kills.update([f"{name} in {moment}"] if name else [])
        enough = kills.total() >= options.kills
        if not name and not enough:
            options.epochs += 2
        finished = enough and not name
    for kind, count in sorted(kills.items()):
        print(f"{count:4} {kind}")
    print(f"{kills.total():4} kills, most steps lost by one: {worst}")
    subprocess.run(command(options, "unbroken"), cwd=work, check=True, stdout=-3)
    sys.exit(0 if check(work) and worst <= SAVE_EVERY else 1)


def train(arguments):
    """train.py, with the number of each step noted in a file."""
    sys.path.insert(0, str(TRAIN))
    import keras

    import train as script

    class NoteSteps(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.file = os.open(STEP, os.O_WRONLY | os.O_CREAT)

        def on_train_batch_end(self, batch, logs=None):
            number = struct.pack("q", int(self.model.g_optimizer.iterations))
            os.pwrite(self.file, number, 0)

    watchers = script.watchers
    script.watchers = lambda *a: [*watchers(*a), NoteSteps()]
    script.main(arguments)


def command(options, run, *more):
    arguments = f"dcgan --split train[:20%] --epochs {options.epochs} --run {run}"
    arguments += f" --save-every {SAVE_EVERY} --batch-size 32 --model.width 8"
    return [sys.executable, __file__, "--child", *arguments.split(), *more]


def one_life(options, work):
    """Starts or resumes the run and kills it: (moment, signal or None, steps lost)."""
    moment = random.choice(MOMENTS)
    name = random.choice(["SIGKILL", "SIGKILL", "SIGTERM"])
    process = subprocess.Popen(
        command(options, "killed", "--auto-resume"),
        cwd=work,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(moment, process, work)
    if process.poll() is None:
        process.send_signal(getattr(signal, name))
        error = process.communicate()[1]
        if process.returncode not in (0, -signal.SIGKILL, 128 + signal.SIGTERM):
            sys.exit(f"{name} in {moment} ended in {process.returncode}:\n{error}")
        return moment, name, steps_lost(work)
    error = process.communicate()[1]
    if process.returncode:
        sys.exit(f"resuming failed:\n{error}")
    return moment, None, 0


def wait_for(moment, process, work):
    """Returns at the moment, or when the process has ended."""
    run = work / "logs/dcgan/killed"
    if moment == "start":
        return time.sleep(random.uniform(0, 6))
    # So that a checkpoint, or the export, is caught at another point each time.
    delay = random.uniform(0, 0.01)
    before, exports = read_step(work), set((work / "export/dcgan").glob(".*"))
    later = random.randint(1, 60)
    reached = {
        "training": lambda: read_step(work) >= before + later,
        "checkpoint": lambda: any(run.glob("checkpoints/*_temp*")),
        "export": lambda: set((work / "export/dcgan").glob(".*")) - exports,
    }[moment]
    while process.poll() is None and not reached():
        time.sleep(0.001)
    return time.sleep(delay)


def read_step(work):
    try:
        return struct.unpack("q", (work / STEP).read_bytes())[0]
    except (FileNotFoundError, struct.error):
        return 0


def steps_lost(work):
    """Steps made, less those of the newest checkpoint."""
    import tensorflow as tf

    newest = tf.train.latest_checkpoint(str(work / "logs/dcgan/killed/checkpoints"))
    if not newest:
        return read_step(work)
    reader = tf.train.load_checkpoint(newest)
    suffix = "/.ATTRIBUTES/VARIABLE_VALUE"
    epoch, batch = (int(reader.get_tensor(n + suffix)) for n in ("epoch", "batch"))
    return max(0, read_step(work) - epoch * (2000 // 32) - batch)


def check(work):
    import numpy as np
    import tensorflow as tf
    from PIL import Image

    states = []
    for run in ("unbroken", "killed"):
        path = tf.train.latest_checkpoint(str(work / f"logs/dcgan/{run}/checkpoints"))
        reader = tf.train.load_checkpoint(path)
        names = [n for n in reader.get_variable_to_shape_map() if "variables/" in n]
        states.append({name: reader.get_tensor(name) for name in names})
    differing = [n for n, v in states[0].items() if not np.array_equal(v, states[1][n])]
    print(f"{len(states[0])} variables, {len(differing)} differ")

    unreadable = []
    for path in (work / "logs/dcgan/killed/samples").glob("[!.]*.[pg][ni][gf]"):
        try:
            Image.open(path).load()
        except (OSError, SyntaxError):
            unreadable.append(path)
    for version in (work / "export/dcgan").glob("[0-9]*"):
        try:
            tf.saved_model.load(str(version))
        except (OSError, ValueError):
            unreadable.append(version)
    print(f"unreadable files: {unreadable or 'none'}")
    return not differing and not unreadable


if __name__ == "__main__":
    main()
