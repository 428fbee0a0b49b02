"""How far the scores lie from other ways to compute them.

    python benchmarks/metrics_exact.py

Prints, for each score, its value on random examples, that of the other way, which is
scipy's or spelt out in the tests, and their relative distance; and the largest relative
distance of the same metric fed by batches of 7, and by two replicas that get unequal
parts.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parents[1]))

import keras
import numpy as np
from scipy import special, stats

import kgan
from kgan.metrics.value import Value
from tests.metrics import (
    metric_test_case,
    test_frechet,
    test_kernel,
    test_ms_ssim,
    test_parzen,
    test_precision_recall,
)

metrics = kgan.metrics


def main():
    kgan.distribute.strategy("cpu:2")
    # Of few examples, as befits ways that go pair by pair.
    warnings.simplefilter("ignore", UserWarning)
    print("| score | kgan | other way | apart | batches of 7 | two replicas |")
    print("|---|---|---|---|---|---|")
    for metric, sides, expected, way in cases():
        show(metric, sides, expected, way)


def show(metric, sides, expected, way):
    values = {k: v.value for k, v in metric.score(**{"real": None, **sides}).items()}
    metric_test_case._stream(metric, sides, [7])
    streamed = metric.result()
    replicated = metric_test_case._on_two_replicas(metric, sides)
    for name, other in expected.items():
        value = values[name]
        print(
            f"| {name} | {value:.6g} | {other:.6g}, {way} | {apart(value, other)} | "
            f"{apart(streamed[name], value)} | {apart(replicated[name], value)} |"
        )


def apart(a, b):
    distance = abs(a - b) / max(abs(a), abs(b), 1e-300)
    return "0" if distance == 0 else f"{distance:.0e}"


def cases():
    """(metric, its sides, name -> value the other way, which that is)."""
    real = test_frechet.features(500, 40)
    fake = test_frechet.features(300, 40, seed=1, scale=1.3, shift=0.2)
    sides = {"real": real, "fake": fake}
    distance = test_frechet.by_sqrtm(real, fake)
    found = {"frechet_distance": distance}
    yield metrics.FrechetDistance(), sides, found, "scipy.linalg.sqrtm"

    few = {"real": real[:60, :6], "fake": fake[:60, :6]}
    loop = test_kernel.double_loop(*(x.astype("float64") for x in few.values()))
    metric = metrics.KernelDistance(subset_size=60, capacity=60)
    yield metric, few, {"kernel_distance": loop}, "a double loop"

    names = ("precision", "recall"), ("density", "coverage")
    for index, (kind, k) in enumerate(
        ((metrics.PrecisionRecall, 3), (metrics.DensityCoverage, 5))
    ):
        direct = test_precision_recall.brute_force(*few.values(), k)
        found = dict(zip(names[index], direct[2 * index :][:2], strict=True))
        yield kind(k, capacity=60), few, found, "pair by pair"

    logits = np.random.default_rng(0).normal(size=(80, 10)).astype("float32")
    p = special.softmax(logits.astype("float64"), axis=1)
    kl = [stats.entropy(row, p.mean(axis=0)) for row in p]
    found = {"inception_score": np.exp(np.mean(kl))}
    metric = metrics.InceptionScore(splits=1, capacity=80)
    yield metric, {"fake": logits}, found, "scipy.stats.entropy"

    pair = test_ms_ssim.images(17, 28)[[0, 1] * 9]
    unit = (pair[:2, ..., 0].astype("float64") + 1) / 2
    found = {"ms_ssim": test_ms_ssim.reference(*unit)}
    metric = OnePair(pairs=1, capacity=18)
    yield metric, {"fake": pair}, found, "Wang's equations by scipy"

    training, held_out, made = (
        np.random.default_rng(seed).normal(size=(n, 4)).astype("float32")
        for seed, n in enumerate((200, 90, 110))
    )
    near = [
        np.sqrt(np.square(x[:, None].astype("float64") - training).sum(-1)).min(1)
        for x in (made, held_out)
    ]
    test = stats.mannwhitneyu(*near, method="asymptotic", use_continuity=False)
    sign = np.sign(test.statistic - len(made) * len(held_out) / 2)
    found = {"memorization_z": sign * stats.norm.isf(test.pvalue / 2)}
    sides = {"real": held_out, "fake": made, "training": training}
    yield metrics.Memorization(capacity=200), sides, found, "scipy.stats.mannwhitneyu"

    centres, examples = test_parzen.images(40, 0), test_parzen.images(30, 1)
    unit = [((x + 1) / 2).reshape(len(x), -1) for x in (examples, centres)]
    found = {"parzen": test_parzen.by_scipy(*unit, 0.2).mean()}
    metric = metrics.ParzenWindow(sigma=0.2, capacity=40)
    sides = {"real": examples, "fake": centres}
    yield metric, sides, found, "scipy.stats.multivariate_normal"


@keras.saving.register_keras_serializable("exact")
class OnePair(metrics.MSSSIM):
    """The similarity of the first two images, instead of random pairs."""

    def score(self, real, fake, *, seed=0):
        value = float(metrics.ms_ssim(fake[:1], fake[1:2])[0])
        return {"ms_ssim": Value(value, None, "of two images")}


if __name__ == "__main__":
    main()
