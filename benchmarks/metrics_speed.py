"""Speed and memory of the metrics, against the plain way to compute the same.

    python benchmarks/metrics_speed.py [--cases frechet kernel ...]

Each case runs in a process of its own, kgan and its peer in turn on the same random
features, and prints seconds, their ratio, how far the results lie apart, and the peak
of memory before and after kgan's part. The peers, which need scipy:

    frechet   10,000 x 2048 real and as many fake: np.cov and scipy.linalg.sqrtm
    stream    the same in batches of 250 through FrechetDistance, without a peer
    kernel    10,000 x 2048, 100 subsets of 1,000: float64 kernels by NumPy's power
    prdc      10,000 x 64, both pairs of scores: scipy's cdist, whole matrices
    prdc_50k  50,000 x 64, whose whole matrices would take 20 GB each: no peer
    prdc_2048 50,000 x 2048, some minutes; not run unless asked for
    parzen    10,000 centres, 10,000 x 784 examples, the best of ten widths on the first
              1,000, without a peer
    parzen_2k 2,000 of the examples, one width: scipy's cdist and logsumexp

Run it on an idle machine.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

USUAL = ("frechet", "stream", "kernel", "prdc", "prdc_50k", "parzen", "parzen_2k")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=USUAL)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(CASES[options.cases[0]]()))
        return
    print(f"{'case':10} {'kgan s':>8} {'peer s':>8} {'ratio':>7} {'apart':>8}  peak GB")
    for case in options.cases:
        command = [sys.executable, __file__, "--inside", "--cases", case]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        show(case, json.loads(output.splitlines()[-1]))


def show(case, row):
    seconds, peer = row["kgan"], row.get("peer")
    columns = [f"{case:10}", f"{seconds:8.2f}"]
    if peer is None:
        columns += [" " * 8, " " * 7, " " * 8]
    else:
        columns += [f"{peer:8.2f}", f"{peer / seconds:7.2f}", f"{row['apart']:8.0e}"]
    print(*columns, f" {row['before']:.2f} to {row['after']:.2f}", flush=True)


def compare(ours, theirs=None):
    before = peak()
    start = time.perf_counter()
    values = np.array(ours())
    row = {"kgan": time.perf_counter() - start, "before": before, "after": peak()}
    if theirs is not None:
        start = time.perf_counter()
        expected = np.array(theirs())
        row["peer"] = time.perf_counter() - start
        row["apart"] = float(np.abs(values - expected).max() / np.abs(expected).max())
    return row


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def features(n, d):
    rng = np.random.default_rng(0)
    real = rng.standard_normal((n, d), "float32")
    fake = rng.standard_normal((n, d), "float32")
    # As after a ReLU and a mean: positive, correlated, of other scales
    scales = np.linspace(0.2, 1.0, d, dtype="float32")
    real += real[:, :1]
    real *= scales
    fake *= 1.1 * scales
    return np.abs(real), np.abs(fake)


def frechet():
    from scipy.linalg import sqrtm

    from kgan import metrics

    real, fake = features(10_000, 2048)

    def ours():
        return metrics.frechet_distance(metrics.gaussian(real), metrics.gaussian(fake))

    def theirs():
        a, b = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
        difference = real.mean(0, dtype="float64") - fake.mean(0, dtype="float64")
        return difference @ difference + np.trace(a + b - 2 * sqrtm(a @ b).real)

    return compare(ours, theirs)


def stream():
    from kgan import metrics

    real, fake = features(10_000, 2048)
    metric = metrics.FrechetDistance()
    metric.build((2048,))

    def ours():
        for start in range(0, len(real), 250):
            rows = slice(start, start + 250)
            metric.update_state(real[rows], fake[rows])
        return metric.result()["frechet_distance"]

    return compare(ours)


def kernel():
    from kgan import metrics

    real, fake = features(10_000, 2048)

    def theirs():
        rng = np.random.default_rng(0)
        return [squared_mmd(*(draw(rng, x) for x in (real, fake))) for _ in range(100)]

    def draw(rng, x):
        return x[rng.choice(len(x), 1000, replace=False)].astype("float64")

    def squared_mmd(x, y):
        within = [(z @ z.T / z.shape[1] + 1) ** 3 for z in (x, y)]
        between = (x @ y.T / x.shape[1] + 1) ** 3
        pairs = 1000 * 999
        return sum((k.sum() - np.trace(k)) / pairs for k in within) - 2 * between.mean()

    return compare(lambda: metrics.kernel_distances(real, fake), theirs)


def prdc(n=10_000, d=64, peer=True):
    from scipy.spatial.distance import cdist

    from kgan import metrics

    real, fake = features(n, d)

    def ours():
        return [
            *metrics.precision_recall(real, fake),
            *metrics.density_coverage(real, fake),
        ]

    def theirs():
        within_real, within_fake = cdist(real, real), cdist(fake, fake)
        between = cdist(real, fake)
        radii = np.partition(within_real, 3)[:, 3], np.partition(within_fake, 3)[:, 3]
        wide = np.partition(within_real, 5)[:, 5]
        inside = between <= wide[:, None]
        return [
            (between <= radii[0][:, None]).any(axis=0).mean(),
            (between <= radii[1]).any(axis=1).mean(),
            inside.sum() / (5 * n),
            inside.any(axis=1).mean(),
        ]

    return compare(ours, theirs if peer else None)


def parzen():
    from kgan import metrics

    centres, test = pixels(10_000)

    def ours():
        chosen = metrics.choose_sigma(test, centres)
        return metrics.parzen_log_likelihoods(test, centres, chosen)[0].mean()

    return compare(ours)


def parzen_2k():
    from scipy.spatial.distance import cdist
    from scipy.special import logsumexp

    from kgan import metrics

    centres, test = pixels(10_000)
    test = test[:2000]

    def theirs():
        squared = cdist(test, centres, "sqeuclidean")
        constant = np.log(len(centres)) + 784 * np.log(0.3 * np.sqrt(2 * np.pi))
        return logsumexp(-squared / (2 * 0.3**2), axis=1) - constant

    return compare(
        lambda: metrics.parzen_log_likelihoods(test, centres, 0.3)[0], theirs
    )


def pixels(n):
    # Smooth enough that the best width lies between the ends of those tried
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((30, 784))
    return [
        np.clip(0.5 + 0.03 * rng.standard_normal((n, 30)) @ basis, 0, 1).astype(
            "float32"
        )
        for _ in range(2)
    ]


CASES = {
    "frechet": frechet,
    "stream": stream,
    "kernel": kernel,
    "prdc": prdc,
    "prdc_50k": lambda: prdc(50_000, 64, peer=False),
    "prdc_2048": lambda: prdc(50_000, 2048, peer=False),
    "parzen": parzen,
    "parzen_2k": parzen_2k,
}

if __name__ == "__main__":
    main()
