"""The study of BEGAN's equilibrium: trains each setting with each seed, and measures.

    python scripts/began_study.py     # all settings, 3 seeds; then docs/began_*.png
    python scripts/began_study.py --settings base k_0 --seeds 0 --steps 200

An hour on one core. For two cores, start two processes with seeds of their own.

The settings are kgan/recipes/began_study.py. A run writes two files, SETTING_SEED.npz
and SETTING_SEED.json, into --logs. A run that has its .json is left alone, so the study
continues where it was interrupted. The .npz has

    trace       [steps, 3]: L(x), L(G(z)) and k_t of each step
    points      [p]: steps at which losses of single images were measured
    real, fake  [p, n]: L of n real images, and of n samples

A run that diverges to NaN has its .json alone, with the step.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

import kgan
from kgan.recipes.began_study import SETTINGS

# Images per measurement of single losses, and of scores.
IMAGES, SAMPLES, DIVERSITY = 512, 5000, 256


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=[*SETTINGS])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--every", type=int, default=100, help="steps between points")
    parser.add_argument("--logs", type=Path, default=Path("logs/began_study"))
    options = parser.parse_args()
    if options.steps % options.every:
        parser.error("expected --steps to be a multiple of --every")
    options.logs.mkdir(parents=True, exist_ok=True)
    reals = Reals(SETTINGS["base"].open_data())
    # All settings once, before the next seed: each table is complete early.
    for seed in options.seeds:
        for name in options.settings:
            path = options.logs / f"{name}_{seed}"
            if not path.with_suffix(".json").exists():
                run(name, seed, options, reals, path)
    draw = [sys.executable, Path(__file__).with_name("draw_began.py")]
    subprocess.run([*draw, "--logs", options.logs], check=True)


class Reals:
    """Real images, and what scores need of them."""

    def __init__(self, source):
        self.source = source
        self.images = source.some(SAMPLES)
        self.extractor = kgan.metrics.extractors.LeNet()
        self.gaussian = kgan.metrics.gaussian(self.features(self.images))
        vectors = source.space.vectors(self.images[:DIVERSITY])
        self.width = kgan.health.bandwidth(vectors)
        self.diversity = kgan.health.effective_number(vectors, self.width)

    def features(self, images):
        return self.extractor.extract(images).features

    def scores(self, samples):
        """The Frechet distance, and diversity as a share of that of real images."""
        gaussian = kgan.metrics.gaussian(self.features(samples))
        vectors = self.source.space.vectors(samples[:DIVERSITY])
        number = kgan.health.effective_number(vectors, self.width)
        return {
            "frechet_distance": kgan.metrics.frechet_distance(self.gaussian, gaussian),
            "diversity": number / self.diversity,
        }


def run(name, seed, options, reals, path):
    recipe = SETTINGS[name]
    training = kgan.recipes.Training(batch_size=recipe.training.batch_size, seed=seed)
    keras.backend.clear_session()
    model = dataclasses.replace(recipe, training=training).build(reals.source)
    trace = record(model, options.steps)
    points = Points(model, reals.images[:IMAGES])
    data = reals.source.batches(training.batch_size, seed=seed).repeat()
    start = time.perf_counter()
    model.fit(
        data,
        epochs=options.steps // options.every,
        steps_per_epoch=options.every,
        callbacks=[points],
        verbose=0,
    )
    seconds = time.perf_counter() - start
    trace = trace.numpy()
    real, fake = np.array(points.real), np.array(points.fake)
    result = {
        "setting": name,
        "seed": seed,
        "steps": options.steps,
        "seconds": round(seconds, 1),
        "gamma": model.gamma,
        "lambda_k": model.lambda_k,
    }
    if not np.isfinite(trace).all():
        result["diverged"] = int(np.flatnonzero(~np.isfinite(trace).all(axis=1))[0])
        path.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
        print(f"{path.name:16} {seconds:5.0f} s  NaN from step {result['diverged']} on")
        return
    result |= {
        **of_trace(trace, model.gamma),
        "points": [of_point(*both) for both in zip(real, fake, strict=True)],
        **reals.scores(model.generate(SAMPLES, seed=0)),
    }
    np.savez_compressed(
        path.with_suffix(".npz"), trace=trace, points=points.steps, real=real, fake=fake
    )
    path.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    print(
        f"{path.name:16} {seconds:5.0f} s  Frechet {result['frechet_distance']:7.1f}  "
        f"diversity {result['diversity']:.2f}  k {trace[-1, 2]:.3f}  overtakes "
        f"{result['overtakes']:.0%}",
        flush=True,
    )


def record(model, steps):
    """A variable that gets L(x), L(G(z)) and k_t of each step, within the step."""
    trace = tf.Variable(tf.zeros([steps, 3]), trainable=False)
    after_step = model.after_step

    def recorded(batch, terms):
        row = [batch.real_loss, batch.fake_loss, model.k.value]
        # The step that ends is counted already.
        index = tf.cast(tf.convert_to_tensor(model.steps), tf.int64) - 1
        trace.scatter_nd_update([[index]], [row])
        after_step(batch, terms)

    model.after_step = recorded
    return trace


class Points(keras.callbacks.Callback):
    """L of single images at the beginning, and at the end of each epoch."""

    def __init__(self, game, images):
        super().__init__()
        self.score, self.game, self.images = game.endpoint("score"), game, images
        self.steps, self.real, self.fake = [], [], []

    def on_train_begin(self, logs=None):
        self.measure()

    def on_epoch_end(self, epoch, logs=None):
        self.measure()

    def measure(self):
        samples = self.game.generate(len(self.images), seed=1)
        if not np.isfinite(samples).all():
            self.game.stop_training = True
            return
        self.steps.append(int(self.game.steps))
        self.real.append(self.score(images=self.images)["scores"])
        self.fake.append(self.score(images=samples)["scores"])


def of_trace(trace, gamma):
    """Numbers of a whole run, and of its last quarter."""
    real, fake, k = trace.astype("float64").T
    moves = np.flatnonzero(k > 0.0)
    last = slice(3 * len(k) // 4, None)
    m_global = real + np.abs(gamma * real - fake)
    return {
        "overtakes": float(np.mean(fake > real)),
        "overtakes_last": float(np.mean((fake > real)[last])),
        "leaves_0": int(moves[0]) if moves.size else None,
        "k_at_0": float(np.mean(k <= 0.0)),
        "k_at_1": float(np.mean(k >= 1.0)),
        "k_last": float(k[last].mean()),
        "k_spread_last": float(k[last].std()),
        "ratio_last": float((fake[last] / real[last]).mean()),
        "l_real_last": float(real[last].mean()),
        "m_global_last": float(m_global[last].mean()),
        "m_global_spread_last": float(m_global[last].std()),
    }


def of_point(real, fake):
    """Moments of the losses of single images, and the variance ratio of the paper.

    The paper takes both losses for Gaussian, and
    (c_1 + c_2 - 2 sqrt(c_1 c_2)) / |m_1 - m_2|^2 for constant or growing: equation 2.
    """
    (m_1, c_1), (m_2, c_2) = ((x.mean(), x.var()) for x in (real, fake))
    ratio = (np.sqrt(c_1) - np.sqrt(c_2)) ** 2 / (m_1 - m_2) ** 2
    return {
        "real": moments(real),
        "fake": moments(fake),
        "variance_ratio": float(ratio),
    }


def moments(losses):
    losses = losses.astype("float64")
    mean, spread = losses.mean(), losses.std()
    z = (losses - mean) / spread
    return {
        "mean": float(mean),
        "spread": float(spread),
        "skew": float(np.mean(z**3)),
        # 0 for a Gaussian.
        "excess_kurtosis": float(np.mean(z**4) - 3.0),
    }


if __name__ == "__main__":
    main()
