"""Do N replicas compute what one computes? A table of the largest differences.

    python benchmarks/equivalence.py

Trains each model for 1 and for 20 steps on the same global batches on 1, 2 and 4
logical CPUs, in float32 and float64, with dropout, batch normalization, k = 2 and an
averaged generator. Prints, over all weights, the largest difference relative to the
largest weight of the same variable, and that of the logged means.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

STEPS = (1, 20)
REPLICAS = (1, 2, 4)
MODELS = ("DCGAN", "VanillaGAN")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    child = parser.parse_args().child
    if child:
        return train(child[0], child[1], int(child[2]), child[3])
    print(
        f"{'model':12}{'dtype':9}{'steps':>6}{'replicas':>9}{'weights':>11}{'logs':>11}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for model in MODELS:
            for dtype in ("float32", "float64"):
                for replicas in REPLICAS:
                    out = f"{folder}/{replicas}.npz"
                    run = [sys.executable, __file__, "--child", model, dtype]
                    subprocess.run([*run, str(replicas), out], check=True, stderr=-3)
                compare(model, dtype, Path(folder))
    return None


def compare(model, dtype, folder):
    import numpy as np

    one = np.load(folder / "1.npz")
    for steps in STEPS:
        for replicas in REPLICAS[1:]:
            other = np.load(folder / f"{replicas}.npz")
            worst = {"weights": 0.0, "logs": 0.0}
            for name in (n for n in one.files if n.startswith(f"{steps}:")):
                difference = np.abs(one[name] - other[name]).max()
                kind = name.split(":")[1]
                relative = difference / max(np.abs(one[name]).max(), 1e-30)
                worst[kind] = max(worst[kind], relative)
            print(
                f"{model:12}{dtype:9}{steps:6}{replicas:9}"
                f"{worst['weights']:11.1e}{worst['logs']:11.1e}",
                flush=True,
            )


def train(name, dtype, replicas, out):
    import keras
    import numpy as np

    import kgan

    strategy = kgan.distribute.strategy(f"cpu:{replicas}")
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    small = {"width": 8} if name == "DCGAN" else {"generator_hidden": (64,)}
    with strategy.scope():
        model = getattr(kgan, name)(
            (28, 28, 1), 16, discriminator_steps=2, ema_decay=0.9, seed=0, **small
        )
        adam = keras.optimizers.Adam
        # A larger epsilon than usual: at first Adam divides rounding by rounding.
        model.compile(adam(2e-4, 0.5, epsilon=1e-4), adam(2e-4, 0.5, epsilon=1e-4))
    source = kgan.data.open_source(split="train[:32%]")
    data = kgan.distribute.batches(strategy, source, 160, seed=0)
    saved = {}

    class Keep(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch + 1 in STEPS:
                for i, weight in enumerate(self.model.weights):
                    saved[f"{batch + 1}:weights:{i}"] = weight.numpy()
                saved[f"{batch + 1}:logs"] = np.array([logs[k] for k in sorted(logs)])

    model.fit(data, verbose=0, callbacks=[Keep()])
    np.savez(out, **saved)


if __name__ == "__main__":
    main()
