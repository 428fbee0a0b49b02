"""Training speed of the 28x28 DCGAN: `fit` against a bare loop, the data, and PyTorch.

    python benchmarks/train_speed.py [--precision bfloat16] [--torch PYTHON]

Prints images a second of
    fit    model.fit with a progress bar that nobody sees
    bare   the same training step in a tf.function, on batches that lie ready
    data   the embedded digits through kgan.data.load alone
    torch  an eager channels-last PyTorch loop of the same networks, batch and optimizer
and their ratios. The torch column needs torch: in this environment, or in that of the
interpreter that --torch names. Each is measured in turn, `--rounds` times; the medians
count. Run it on an idle machine.
"""

import argparse
import contextlib
import io
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

LATENTS, WIDTH = 64, 64


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--precision", default="float32", help="float32 or bfloat16")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch", default=sys.executable, help="a Python with torch")
    options = parser.parse_args()

    measures = {
        **keras_measures(options),
        "torch": lambda: torch_rate(options),
    }
    rates = {name: [] for name in measures}
    for _ in range(options.rounds):
        for name, measure in measures.items():
            rate = measure()
            if rate is not None:
                rates[name].append(rate)

    medians = {name: statistics.median(r) for name, r in rates.items() if r}
    print(f"DCGAN 28x28x1, batch {options.batch_size}, {options.precision}")
    for name, median in medians.items():
        spread = f"{min(rates[name]):8.0f} to {max(rates[name]):.0f}"
        print(f"  {name:6}{median:10.0f} images/s  {spread}")
    print(f"  fit / bare   {medians['fit'] / medians['bare']:.3f}")
    print(f"  data / bare  {medians['data'] / medians['bare']:.1f}")
    if "torch" in medians:
        print(f"  fit / torch  {medians['fit'] / medians['torch']:.2f}")
    else:
        print("  torch is not installed; name a Python that has it with --torch")


def keras_measures(options):
    import keras
    import tensorflow as tf

    import kgan

    policy = "mixed_bfloat16" if options.precision == "bfloat16" else "float32"
    keras.config.set_dtype_policy(policy)
    model = kgan.DCGAN((28, 28, 1), LATENTS, WIDTH, latent_prior="normal", seed=0)
    adam = keras.optimizers.Adam
    model.compile(adam(2e-4, 0.5), adam(2e-4, 0.5))
    batch, steps = options.batch_size, options.steps
    data = kgan.data.load(batch_size=batch).repeat().take(steps)
    data = data.apply(tf.data.experimental.assert_cardinality(steps))
    ready = list(data)
    step = tf.function(model.train_step, autograph=False)
    step(ready[0])
    model.fit(data.take(2), verbose=0)

    def fit():
        with contextlib.redirect_stdout(io.StringIO()):
            model.fit(data, verbose=1)

    def bare():
        for images in ready:
            logs = step(images)
        logs["d_loss"].numpy()

    def read():
        for _ in data:
            pass

    def rate(run):
        start = time.perf_counter()
        run()
        return batch * steps / (time.perf_counter() - start)

    return {
        "fit": lambda: rate(fit),
        "bare": lambda: rate(bare),
        "data": lambda: rate(read),
    }


def torch_rate(options):
    script = Path(__file__).with_name("torch_dcgan.py")
    command = [options.torch, script, options.precision, options.batch_size]
    command += [options.steps, LATENTS, WIDTH]
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    if result.returncode:
        return None
    return float(result.stdout)


if __name__ == "__main__":
    main()
