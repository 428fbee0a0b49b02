"""How near the machine's limit each recipe trains.

    python benchmarks/roofline.py                         # all recipes
    python benchmarks/roofline.py dcgan sngan --precision bfloat16
    python benchmarks/roofline.py gan --profile           # what the time goes to

The limit is the product of two large matrices, measured in turn with each recipe.
Prints a table of
    shape      of what D or the autoencoder sees
    GFLOP      an image, 10^9 operations of matrix products and convolutions in a
               training step, counted in its graph, for each example it sees
    images/s   of model.fit, with the data as the recipe reads them
    / bare     as a part of the speed of the same step in a loop, on batches that lie
               ready: what data, progress and callbacks cost
    limit      operations a second, as a part of the machine's limit
    memory     the largest resident set of a process that trains
Each is the median of `--rounds`; a recipe has a process of its own. Run it on an idle
machine.
"""

import argparse
import collections
import json
import operator
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from in_turn import Rounds, head, seconds
from operations import PERIOD, operations

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Of the matrices whose product is the limit, and how many make a measurement.
SIDE, PRODUCTS = 2048, 5
# Operations whose time is that of others.
NESTED = "PartitionedCall", "StatefulPartitionedCall", "If", "StatelessIf", "While"
COLUMNS = (
    *("recipe", "shape", "batch", "GFLOP an image", "images/s", "/ bare"),
    *("GFLOP/s", "limit", "of it", "memory"),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", help="default: all")
    parser.add_argument("--precision", default="float32", help="float32 or bfloat16")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of a measurement")
    parser.add_argument("--profile", action="store_true", help="what the time goes to")
    parser.add_argument("--this", action="store_true", help="in this process, as JSON")
    options = parser.parse_args()
    if options.this:
        print(json.dumps(measured(options.recipes[0], options)))
        return
    print(head(COLUMNS), flush=True)
    disturbed = [0, 0]
    for name in options.recipes or all_recipes():
        flags = [part for part in sys.argv[1:] if part not in options.recipes]
        command = [sys.executable, __file__, name, "--this", *flags]
        told = subprocess.run(command, capture_output=True, text=True)
        if told.returncode:
            print(f"| {name} | {told.stderr.strip().splitlines()[-1]} |", flush=True)
            continue
        found = json.loads(told.stdout.splitlines()[-1])
        for i, key in enumerate(("thrown_out", "disturbed")):
            disturbed[i] += found[key]
        print(row(found), flush=True)
    print("\nDisturbed rounds: {} thrown out, {} counted.".format(*disturbed))


def all_recipes():
    import kgan

    return [*kgan.recipes.RECIPES]


def row(found):
    """A line of the table, and beneath it what a profile says."""
    cells = [
        found["recipe"],
        found["shape"],
        str(found["batch"]),
        f"{found['operations'] / 1e9:.3g}",
        f"{found['images']:,.0f}",
        f"{found['images'] / found['bare']:.2f}",
        f"{found['speed'] / 1e9:.0f}",
        f"{found['limit'] / 1e9:.0f}",
        f"**{found['share']:.2f}**",
        f"{found['megabytes']:,} MB",
    ]
    lines = [f"| {' | '.join(cells)} |"]
    lines += [f"    {share:6.1%}  {kind}" for kind, share in found["profile"]]
    return "\n".join(lines)


def measured(name, options):
    """What is known of a recipe, as `row` takes it."""
    import dataclasses

    import tensorflow as tf

    import kgan

    recipe = kgan.recipes.get(name)
    training = dataclasses.replace(recipe.training, precision=options.precision)
    recipe = dataclasses.replace(recipe, training=training)
    source = recipe.open_data()
    model = recipe.build(source)
    start(model, recipe, source)
    rows, each = recipe.examples_a_step, training.steps_per_execution
    ready = list(source.batches(rows, seed=0).repeat().take(PERIOD))
    count = operations(model, ready) / rows
    step = tf.function(model.train_step, autograph=False)

    def fit(steps):
        # As a run reads its data, to the end of the last epoch.
        data = source.batches(rows, seed=0).repeat()
        model.fit(data, steps_per_epoch=steps, verbose=0)

    def bare(steps):
        for i in range(steps):
            logs = step(ready[i % PERIOD])
        return [float(v) for v in logs.values()]

    multiple = PERIOD * each
    for run in (bare, fit):
        run(multiple)
    period = seconds(lambda: bare(multiple))
    steps = max(1, round(options.seconds / period)) * multiple
    limit = Limit(options.precision)
    rounds = Rounds(options.rounds)
    runs = {"fit": lambda: fit(steps), "bare": lambda: bare(steps), "limit": limit}
    rates = rounds.rates(runs, 1)
    speeds = [count * rows * steps * rate for rate in rates["fit"]]
    limits = [limit.operations * rate for rate in rates["limit"]]
    return {
        "recipe": name,
        "shape": "x".join(map(str, shape_of(ready[0]))),
        "batch": rows,
        "operations": count,
        "images": rows * steps * statistics.median(rates["fit"]),
        "bare": rows * steps * statistics.median(rates["bare"]),
        "speed": statistics.median(speeds),
        "limit": statistics.median(limits),
        "share": statistics.median(map(operator.truediv, speeds, limits)),
        "thrown_out": rounds.thrown_out,
        "disturbed": rounds.disturbed,
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "profile": profile(step, ready) if options.profile else [],
    }


def shape_of(batch):
    """Of an example of the last part that is no label."""
    import tensorflow as tf

    shapes = [part.shape[1:] for part in tf.nest.flatten(batch)]
    return [shape for shape in shapes if shape.rank][-1]


def start(model, recipe, source):
    """Gives a model that starts from another one its networks, hardly trained."""
    import kgan
    from kgan.runs.starting import copy_networks

    if recipe.starts_from:
        first = kgan.recipes.get(recipe.starts_from)
        other = first.build(source)
        batches = source.batches(first.examples_a_step, seed=0)
        other.fit(batches.take(1), verbose=0)
        copy_networks(model, other, first.name)


class Limit:
    """Products of two large matrices, so many `operations` a call."""

    operations = PRODUCTS * 2.0 * SIDE**3

    def __init__(self, precision):
        import tensorflow as tf

        ones = tf.ones((SIDE, SIDE), precision)
        self.product = tf.function(lambda: tf.reduce_max(tf.matmul(ones, ones)))
        self()

    def __call__(self):
        for _ in range(PRODUCTS):
            self.product().numpy()


def profile(step, ready, most=8):
    """The kinds of operation that take the most time: [(kind, share of all)]."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for batch in ready:
            step(batch)
        tf.profiler.experimental.stop()
        (file,) = Path(folder).glob("**/*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(file.read_bytes())
    spent = collections.Counter()
    for plane in space.planes:
        for event in (event for line in plane.lines for event in line.events):
            # "name:Kind"
            name = plane.event_metadata[event.metadata_id].name
            kind = re.fullmatch(r"[^: ]+:([A-Z_]\w+)", name)
            if kind and kind[1] not in NESTED:
                spent[kind[1]] += event.duration_ps
    whole = spent.total()
    return [(kind, time / whole) for kind, time in spent.most_common(most)]


if __name__ == "__main__":
    main()
