"""Kills training at random moments, resumes it, and compares with an unbroken run.

    python benchmarks/soak.py [--kills 50] [--epochs 8] [--work DIR]

Trains a small DCGAN on part of the embedded digits by train.py, once unbroken, once
under SIGKILL and SIGTERM at random moments of start, training, checkpoint writing and
export. Checks at the end that

- the weights, optimizers, averages and seeds of both runs are the same bits,
- no resume lost more steps than --save-every,
- every file that was left can be read.

Exit code 0 if so.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

SAVE_EVERY = 20
TRAIN = Path(__file__).parents[1] / "train.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="at least")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", default=None, help="an empty directory")
    options = parser.parse_args()
    work = Path(options.work or tempfile.mkdtemp(prefix="kgan_soak_"))
    random.seed(options.seed)

    start = time.monotonic()
    subprocess.run(command(options, "unbroken"), cwd=work, check=True, stdout=-3)
    whole = time.monotonic() - start
    print(f"unbroken run: {whole:.0f} s, in {work}")

    counts = {"SIGKILL": 0, "SIGTERM": 0, "not reached": 0}
    worst = 0
    done = False
    while not done:
        ended, lost = one_life(options, work, counts)
        worst = max(worst, lost)
        enough = counts["SIGKILL"] + counts["SIGTERM"] >= options.kills
        if ended and not enough:
            options.epochs += 2
        done = ended and enough
    print(f"killed: {counts}, most steps lost by one kill: {worst}")
    # The unbroken run goes on to where the killed one had to go.
    subprocess.run(command(options, "unbroken", "--resume"), cwd=work, check=True,
                   stdout=-3)  # fmt: skip
    sys.exit(0 if check(work) and worst <= SAVE_EVERY else 1)


def command(options, run, *more):
    arguments = f"--split train[:20%] --epochs {options.epochs} --run {run}"
    arguments += f" --save-every {SAVE_EVERY} --batch-size 32 --model.width 8"
    return [sys.executable, str(TRAIN), *arguments.split(), *more]


def one_life(options, work, counts):
    """Starts or resumes the run and kills it; (whether it ended, steps it lost)."""
    path = work / "logs/dcgan/killed"
    resume = ["--resume"] if (path / "config.json").exists() else []
    if not resume and path.exists():
        # Killed before it was a run.
        path.rename(path.with_name(f"stillborn_{counts['SIGKILL']}"))
    process = subprocess.Popen(command(options, "killed", *resume), cwd=work,
                               stdout=subprocess.PIPE, text=True)  # fmt: skip
    # Starting takes some 6 seconds; later kills meet training, saving or exporting.
    life = random.choice([random.uniform(0, 6), random.uniform(5, 14)])
    name = random.choice(["SIGKILL", "SIGKILL", "SIGTERM"])
    try:
        out = process.communicate(timeout=life)[0]
    except subprocess.TimeoutExpired:
        process.send_signal(getattr(signal, name))
        out = process.communicate()[0]
        counts[name] += 1
        return False, steps_lost(out, path)
    if process.returncode:
        sys.exit(f"resuming failed:\n{out}")
    counts["not reached"] += 1
    return True, 0


def steps_lost(out, path):
    """Steps shown by the progress bar after the newest checkpoint, within an epoch."""
    import tensorflow as tf

    shown = re.findall(r"Epoch (\d+)/", out), re.findall(r"(\d+)/\d+\x1b", out)
    newest = tf.train.latest_checkpoint(str(path / "checkpoints"))
    if not (newest and all(shown)) or "Stopped by" in out:
        return 0
    reader = tf.train.load_checkpoint(newest)
    suffix = "/.ATTRIBUTES/VARIABLE_VALUE"
    epoch, batch = (int(reader.get_tensor(n + suffix)) for n in ("epoch", "batch"))
    if int(shown[0][-1]) - 1 != epoch:
        return 0
    # The bar of a resumed epoch counts from the place of resuming.
    return max(0, int(shown[1][-1]) - batch)


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
