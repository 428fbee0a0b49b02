"""Images per second of each form of data, on images drawn here.

    python benchmarks/data_speed.py

Each line is one process' reading alone, without training. A pair counts as one.
"""

import io
import os
import tarfile
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from PIL import Image

import kgan

_TAR = 10_000
_PAIRS = 200


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        archive = write_tar(folder / "images.tar")
        pairs = write_pairs(folder / "pairs")
        pixels = np.random.default_rng(0).integers(0, 256, (5000, 64, 64, 3), "uint8")
        window = {"crop": 56, "flip": True}
        files = {"in_memory": False}
        jitter = {"image_size": 286, "crop": 256, "flip": True}
        halves = {"target": "left", **files}
        forms = {
            "64x64 in memory": (pixels, {}),
            "64x64 in memory, crops and flips": (pixels, window),
            "64x64 in memory, downscale4": (pixels, {"degradation": "downscale4"}),
            f"64x64 JPEG in a tar of {_TAR:,}": (archive, files),
            "pairs of 256x256 JPEG side by side": (pairs, halves),
            "the same, 286 to 256, flips": (
                pairs,
                {"target": "left", **jitter, **files},
            ),
        }
        for name, (source, options) in forms.items():
            opened = kgan.data.open_source(source, **options)
            print(f"{name:40}{rate(opened):10,.0f} images/s", flush=True)


def rate(source, batch_size=16, seconds=3.0):
    """The median of three measurements."""
    batches = iter(source.batches(batch_size).repeat())
    for _ in range(10):
        next(batches)
    rates = []
    for _ in range(3):
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            next(batches)
            count += batch_size
        rates.append(count / (time.perf_counter() - start))
    return np.median(rates)


def jpeg(seed, width, height):
    blocks = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), "uint8")
    file = io.BytesIO()
    Image.fromarray(blocks).resize((width, height)).save(file, "jpeg", quality=90)
    return file.getvalue()


def write_tar(path):
    with tarfile.open(path, "w") as archive:
        for i in range(_TAR):
            content = jpeg(i, 64, 64)
            info = tarfile.TarInfo(f"{i:05}.jpg")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def write_pairs(path):
    path.mkdir()
    for i in range(_PAIRS):
        (path / f"{i}.jpg").write_bytes(jpeg(i, 512, 256))
    return path


if __name__ == "__main__":
    main()
