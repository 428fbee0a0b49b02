"""Asks a served generator from many threads at once, some of it nonsense.

    python benchmarks/serving_soak.py [--requests 10000] [--threads 8] [--swaps 10]

Exports two small DCGANs, serves them by the stand-in of tests/serving (not by
TensorFlow Serving), half of the threads over gRPC, half over REST, and puts another
version in place `--swaps` times meanwhile. Checks that

- every good answer is, to the bit, what the exported model itself gives for its seed,
- each malformed request (1 %) is refused as the client's fault, and
- no request fails because of a swap.

Reports the memory of server and client. Exit code 0 if all is so.
"""

import argparse
import collections
import dataclasses
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from tests.serving.stand_in.process import StandInProcess, megabytes

LATENT_DIM = 16
# What the server may answer to a request that is wrong.
CLIENTS_FAULT = {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--malformed", type=float, default=0.01)
    parser.add_argument("--swaps", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kgan_soak_") as work:
        sys.exit(0 if soak(options, Path(work)) else 1)


def soak(options, work):
    models = export(work)
    pool = expected(models)
    base = work / "served" / "dcgan"
    put(models[0], base, 1)
    with StandInProcess("dcgan", base, poll=0.2) as server:
        run = Run(options, pool, server)
        swapper = threading.Thread(target=swap, args=(options, run, models, base))
        swapper.start()
        run.ask_all()
        swapper.join()
        return run.report(base)


def export(work):
    """Two exports of one shape and different weights."""
    import kgan

    paths = []
    for seed in (0, 1):
        model = kgan.DCGAN((28, 28, 1), latent_dim=LATENT_DIM, width=8, seed=seed)
        paths.append(model.export(work / "built" / str(seed + 1), force=True))
    return paths


@dataclasses.dataclass
class Request:
    """One request of the pool, and the answers of the two models."""

    signature: str
    inputs: dict
    answers: list


def expected(models):
    """Requests of all signatures, with the answers of the exported models."""
    from kgan.serving.session import ServingSession

    rng = np.random.default_rng(0)
    requests = []
    for seed in range(60):
        n = np.int32(rng.integers(1, 17))
        z = rng.normal(size=(n, LATENT_DIM)).astype("float32")
        ends = {"seed_from": np.int32(seed), "seed_to": np.int32(-seed - 1)}
        ends["path"] = ("prior", "linear", "spherical")[seed % 3]
        drawn = {"num_samples": n, "seed": np.int32(seed)}
        requests += [
            Request("sample", drawn, []),
            Request("sample_png", drawn, []),
            Request("interpolate", {**ends, "steps": n + np.int32(1)}, []),
            Request("serving_default", {"latents": z}, []),
        ]
    for path in models:
        session = ServingSession(path)
        for request in requests:
            request.answers.append(session.run(request.signature, request.inputs))
        session.close()
    return requests


def malformed(rng):
    """(signature, inputs) that no server may accept."""
    one, three = np.int32(1), np.int32(3)
    ends = {"seed_from": one, "seed_to": one}
    z = np.zeros((2, LATENT_DIM), "float32")
    return rng.choice([
        ("sample", {"num_samples": np.int32(0), "seed": one}),
        ("sample", {"num_samples": np.int32(-5), "seed": one}),
        ("sample", {"num_samples": np.int32(10_000_000), "seed": one}),
        ("sample_png", {"num_samples": np.int32(10_000_000), "seed": one}),
        ("sample", {"num_samples": np.float32(2), "seed": one}),
        ("sample", {"num_samples": three}),
        ("sample", {"num_samples": np.int32([3, 3]), "seed": one}),
        ("interpolate", {**ends, "steps": np.int32(-1), "path": "prior"}),
        ("interpolate", {**ends, "steps": three, "path": "shortest"}),
        ("serving_default", {"latents": z[:, 1:]}),
        ("serving_default", {"latents": z * np.nan}),
        ("serving_default", {"latents": np.array([["a"]], object)}),
        ("paint", {"latents": z}),
    ])  # fmt: skip


class Run:
    """The threads that ask, and what they were answered."""

    def __init__(self, options, pool, server):
        self.options, self.pool, self.server = options, pool, server
        self.lock = threading.Lock()
        self.asked = 0
        self.counts = collections.Counter()
        self.wrong = []
        self.memory = []

    def ask_all(self):
        self.start = time.monotonic()
        threads = [threading.Thread(target=self._ask, args=(i,))
                   for i in range(self.options.threads)]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds = time.monotonic() - self.start

    def _ask(self, i):
        from kgan.serving.client import Client

        rng = random.Random(f"{self.options.seed}/{i}")
        # No second attempt: a swap has to pass unnoticed.
        address = (self.server.grpc, self.server.rest)[i % 2]
        with Client(address, "dcgan", retries=0) as client:
            while self._next():
                if rng.random() < self.options.malformed:
                    self._ask_malformed(client, *malformed(rng))
                else:
                    self._ask_good(client, rng.choice(self.pool))

    def _next(self):
        """Counts a request; False if there are no more."""
        with self.lock:
            if self.asked == self.options.requests:
                return False
            self.asked += 1
            if self.asked % max(1, self.options.requests // 20) == 0:
                sizes = self.server.megabytes(), megabytes(os.getpid())
                self.memory.append((self.asked, *sizes))
            return True

    def _ask_good(self, client, request):
        try:
            answer = client.predict(request.signature, request.inputs)
        except Exception as error:  # Whatever it is, it should not have been.
            self._note("failed", f"{request.signature}: {error!r}")
            return
        same = [equal(answer, known) for known in request.answers]
        if not any(same):
            self._note("wrong", f"{request.signature} {request.inputs}")
            return
        self._note(f"right, of model {'AB'[same.index(True)]}")

    def _ask_malformed(self, client, signature, inputs):
        from kgan.serving.client import ServerError

        try:
            client.predict(signature, inputs)
            self._note("nonsense accepted", f"{signature} {inputs}")
        except ServerError as error:
            clean = error.code in CLIENTS_FAULT
            name = "refused" if clean else "refused badly"
            self._note(name, None if clean else f"{signature} {inputs}: {error}")
        except Exception as error:
            self._note("refused badly", f"{signature} {inputs}: {error!r}")

    def _note(self, what, wrong=None):
        with self.lock:
            self.counts[what] += 1
            if wrong:
                self.wrong.append(f"{what}: {wrong}")

    def report(self, base):
        rate = self.options.requests / self.seconds
        print(f"{self.options.requests} requests from {self.options.threads} threads "
              f"in {self.seconds:.0f} s, {rate:.0f} a second")  # fmt: skip
        for what, count in sorted(self.counts.items()):
            print(f"  {what}: {count}")
        for sentence in self.wrong[:10]:
            print(f"  {sentence}")
        print("memory in MB after requests: server, client")
        for asked, *sizes in self.memory:
            print(f"  {asked:6d}: " + ", ".join(f"{size:.0f}" for size in sizes))
        print(f"versions put in place: {sorted(int(p.name) for p in base.iterdir())}")
        return not self.wrong


def swap(options, run, models, base):
    """Puts the other model in place, evenly over the run."""
    for k in range(options.swaps):
        due = options.requests * (k + 1) // (options.swaps + 1)
        while run.asked < due:
            time.sleep(0.05)
        put(models[(k + 1) % 2], base, k + 2)


def put(path, base, version):
    base.mkdir(parents=True, exist_ok=True)
    shutil.copytree(path, base / f".{version}")
    (base / f".{version}").rename(base / str(version))


def equal(answer, known):
    return set(answer) == set(known) and all(
        np.array_equal(answer[name], known[name]) for name in known
    )


if __name__ == "__main__":
    main()
