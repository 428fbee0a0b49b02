"""How long kgan takes to start: to the first step, and to a picture.

    python benchmarks/start_speed.py [--recipe dcgan] [--rounds 5]

Prints the median seconds of a processor, each in a new process:
    tensorflow    the import of TensorFlow and Keras, which is given
    datasets      the import of TensorFlow Datasets, where the data are a set of it
    kgan          the import of kgan and of the model of the recipe, after the others
    data          opening the data
    model         building and compiling the model
    first step    its graph, and one step
    later step    one step, to compare
and of whole commands, from which the first line is to be taken off:
    kgan sample   from a run to a picture
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

ROOT = Path(__file__).parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="dcgan")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--this", action="store_true", help="in this process")
    options = parser.parse_args()
    if options.this:
        for name, spent in phases(options.recipe):
            print(name, spent, sep="\t")
        return
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        train = [sys.executable, ROOT / "train.py", options.recipe, "--run", run]
        output = "--export", Path(folder) / "export", "--logs", folder
        seconds_of([*train, "--epochs", 1, *output])
        sample = [sys.executable, "-m", "kgan", "sample", run, "--out"]
        for i in range(options.rounds):
            told = subprocess.check_output(
                [sys.executable, __file__, "--recipe", options.recipe, "--this"],
                text=True,
            )
            for line in told.splitlines():
                name, spent = line.split("\t")
                found.setdefault(name, []).append(float(spent))
            spent = seconds_of([*sample, Path(folder) / f"{i}.png"])
            found.setdefault("kgan sample", []).append(spent)
    print("| part | seconds of a processor |\n|---|---|")
    for name, all_spent in found.items():
        print(f"| {name} | {statistics.median(all_spent):.2f} |")


def seconds_of(command):
    """Of a processor, that a command takes."""
    before = children()
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    return children() - before


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def phases(name):
    """(part, seconds of a processor), one after another."""
    start = time.process_time()

    def since():
        nonlocal start
        spent, start = time.process_time() - start, time.process_time()
        return spent

    import keras  # noqa: F401

    yield "tensorflow", since()
    import tensorflow_datasets  # noqa: F401

    yield "datasets", since()
    import kgan
    from kgan.recipes.building import model_class

    recipe = kgan.recipes.get(name)
    model_class(recipe.model)
    yield "kgan", since()
    source = recipe.open_data()
    data = source.batches(recipe.examples_a_step, seed=0)
    yield "data", since()
    model = recipe.build(source)
    yield "model", since()
    model.fit(data.take(1), verbose=0)
    yield "first step", since()
    model.fit(data.take(1), verbose=0)
    yield "later step", since()


if __name__ == "__main__":
    main()
