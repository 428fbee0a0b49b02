"""Measures an exported generator behind each interface, against calling it in Python.

    python benchmarks/serving_speed.py [--size 28] [--width 64] [--rounds 5]

The same latents go, in batches of 1, 8 and 64,

- to the Keras generator called directly, and to a bare `tf.function` of it,
- to the export through TensorFlow's C session, which is what TensorFlow Serving runs,
- to the stand-in of tests/serving over gRPC and REST, in a process of its own: the cost
  of the protocols' Python here, not of TensorFlow Serving,

each in turn, a slice of time each, several rounds, so that a noisy machine harms all
alike. These images are float32; the same is done for uint8 ones and PNG files by seed.
Then a fresh session is loaded and warmed up as the server does it, and its first
request compared with its steady state.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from tests.serving.stand_in.process import StandInProcess

BATCHES = (1, 8, 64)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=28, help="of the images, 28 or 64")
    parser.add_argument("--width", type=int, default=64, help="of the generator")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.8, help="a slice")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kgan_speed_") as work:
        measure(options, Path(work) / "dcgan")


def measure(options, base):
    import kgan
    from kgan.serving.client import Client
    from kgan.serving.session import ServingSession

    shape = (options.size, options.size, 1 if options.size == 28 else 3)
    model = kgan.DCGAN(shape, latent_dim=100, width=options.width, seed=0)
    path = model.export(base / "1", force=True)
    print(f"DCGAN of {shape}, {model.sampler.count_params():,} parameters")
    session = ServingSession(path)
    with (
        StandInProcess("dcgan", base) as server,
        Client(server.grpc) as over_grpc,
        Client(server.rest) as over_rest,
    ):
        ways = {
            "Keras, called directly": keras_call(model),
            "bare tf.function": bare_function(model),
            "C session": session_call(session),
            "stand-in, gRPC": over_grpc.generate,
            "stand-in, REST": over_rest.generate,
        }
        check(ways)
        print(table(ways, options))
        print(table(ways_by_seed(model, session, over_grpc, over_rest), options))
    session.close()
    print(first_requests(path))


def keras_call(model):
    return lambda z: np.asarray(model.sampler(z, training=False))


def bare_function(model):
    import tensorflow as tf

    call = tf.function(lambda z: model.sampler(z, training=False), autograph=False)
    return lambda z: call(tf.constant(z)).numpy()


def session_call(session):
    return lambda z: session.run("serving_default", {"latents": z})["images"]


def ways_by_seed(model, session, over_grpc, over_rest):
    """Ways to uint8 images of the server's own latents, as many as given ones."""

    def by(sample):
        return lambda z: sample(len(z), seed=0)

    def of_session(n, seed):
        inputs = {"num_samples": np.int32(n), "seed": np.int32(seed)}
        return session.run("sample", inputs)["images"]

    return {
        "bare tf.function": bare_function(model),
        "C session, sample": by(of_session),
        "gRPC, sample": by(over_grpc.sample),
        "gRPC, sample_png": by(over_grpc.sample_png),
        "REST, sample": by(over_rest.sample),
        "REST, sample_png": by(over_rest.sample_png),
    }


def latents(batch, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, 100)).astype("float32")


def check(ways):
    """Before they are compared, all ways have to give the same images."""
    for batch in BATCHES:
        images = [way(latents(batch)) for way in ways.values()]
        for other in images[1:]:
            np.testing.assert_allclose(other, images[0], atol=1e-5)


def table(ways, options):
    times = {(name, batch): [] for name in ways for batch in BATCHES}
    for _ in range(options.rounds):
        for batch in BATCHES:
            z = latents(batch)
            for name, way in ways.items():
                times[name, batch] += slice_of(way, z, options.seconds)
    lines = [f"{'':24s}{'batch':>6s}{'requests/s':>12s}{'images/s':>10s}"
             f"{'p50 ms':>9s}{'p99 ms':>9s}{'of tf.function':>16s}"]  # fmt: skip
    for batch in BATCHES:
        bare = np.median(times["bare tf.function", batch])
        for name in ways:
            seconds = np.array(times[name, batch])
            p50, p99 = np.percentile(seconds, [50, 99])
            rate = 1.0 / seconds.mean()
            lines.append(
                f"{name:24s}{batch:6d}{rate:12.1f}{rate * batch:10.0f}"
                f"{p50 * 1e3:9.2f}{p99 * 1e3:9.2f}{bare / p50:15.0%}"
            )
    return "\n".join(lines)


def slice_of(way, z, seconds):
    """Seconds of each call in a slice of time; the first call is not counted."""
    way(z)
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        way(z)
        times.append(time.perf_counter() - start)
    return times


def first_requests(path, runs=5):
    """The first request after loading and warm-up against the steady state."""
    from kgan.serving import prediction_log
    from kgan.serving.base_path import EXTRA
    from kgan.serving.contract import WARM_UP
    from kgan.serving.session import ServingSession

    lines = ["first request after warm-up, over steady state (median of runs):"]
    ratios = {batch: [] for batch in BATCHES}
    for _ in range(runs):
        session = ServingSession(path)
        for request in prediction_log.read(path / EXTRA / WARM_UP):
            session.run(request.signature, request.inputs)
        call = session_call(session)
        first = {batch: timed(call, latents(batch)) for batch in BATCHES}
        for batch in BATCHES:
            steady = np.median(slice_of(call, latents(batch), 0.3))
            ratios[batch].append(first[batch] / steady)
        session.close()
    for batch, values in ratios.items():
        values = ", ".join(f"{v:.2f}" for v in sorted(values))
        lines.append(f"  batch {batch:2d}: {values}")
    return "\n".join(lines)


def timed(call, z):
    start = time.perf_counter()
    call(z)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
