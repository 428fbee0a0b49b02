"""Each form of data, made here, opened, and read for a second: a table in Markdown.

    python benchmarks/data_forms.py

Files are decoded batch by batch (in_memory=False), without training; arrays are read
from memory. A pair counts as one.
"""

import io
import os
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from PIL import Image

import kgan

_COUNT, _SIDE, _BATCH, _SECONDS = 500, 64, 25, 1.0
_ROTATED = 0x0112, 6  # EXIF's tag of the orientation, and a quarter turn


def main():
    print("| form | options | opened as | images/s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, source, options in forms(Path(folder)):
            given = {"in_memory": False, **options}
            opened = kgan.data.open_source(source, **given)
            said = ", ".join(f"{k}={_shown(v)}" for k, v in options.items())
            row = name, said, _what(opened), f"{rate(opened):,.0f}"
            print(f"| {' | '.join(row)} |", flush=True)


def forms(root):
    """Yields (what it is, where it is, options)."""
    color = folder(root / "color", picture)
    yield "a folder", color, {}
    yield "the same in memory", color, {"in_memory": True}
    yield "crops and flips", color, {"crop": 56, "flip": True}
    yield (
        "classes in subfolders",
        folder(root / "classes", picture, 10),
        {"labels": True},
    )
    yield "pairs in two folders", color, {"target": folder(root / "other", picture)}
    beside = folder(root / "beside", lambda i: picture(i, width=2 * _SIDE))
    yield "pairs side by side", beside, {"target": "left"}
    fewer = folder(root / "fewer", picture, count=_COUNT // 2)
    yield "two sets without pairs", color, {"target": fewer, "paired": False}
    for name in ("gray", "downscale4", "mask"):
        yield "derived pairs", color, {"degradation": name}
    mixed = folder(root / "mixed", lambda i: picture(i, 64 + i % 50, 64 + i % 31))
    yield "several sizes", mixed, {"image_size": _SIDE}
    yield "several sizes, cropped", mixed, {"crop": _SIDE}
    yield "gray", folder(root / "gray", lambda i: picture(i).convert("L")), {}
    alpha = folder(root / "alpha", lambda i: picture(i).convert("RGBA"))
    yield "RGBA", alpha, {}
    yield "RGBA on white", alpha, {"channels": 3}
    yield "16 bits", folder(root / "deep", deep), {}
    yield "rotated by EXIF", folder(root / "exif", picture, save=save_rotated), {}
    cmyk = folder(root / "cmyk", lambda i: picture(i).convert("CMYK"), suffix="jpg")
    yield "CMYK", cmyk, {}
    yield "JPEG", folder(root / "jpeg", picture, suffix="jpg"), {}
    yield "animated GIF", folder(root / "gif", picture, save=save_gif), {}
    yield "a .zip", zipped(color), {}
    yield "a .tar", tarred(color), {}
    arrays = np.stack([np.asarray(picture(i)) for i in range(_COUNT)])
    np.savez(root / "arrays.npz", images=arrays, labels=np.arange(_COUNT) % 10)
    yield "an .npz of arrays", root / "arrays.npz", {"labels": True}
    yield "an .npz of JPEG files", coded(root / "coded.npz"), {}


def picture(seed, height=_SIDE, width=_SIDE):
    """Smooth colors."""
    blocks = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), "uint8")
    return Image.fromarray(blocks).resize((width, height))


def deep(seed):
    levels = np.asarray(picture(seed).convert("L")).astype("uint16") * 257
    return Image.fromarray(levels)


def folder(path, make, classes=0, suffix="png", save=None, count=_COUNT):
    """Writes images to a new folder."""
    for i in range(count):
        place = path / str(i % classes) if classes else path
        place.mkdir(parents=True, exist_ok=True)
        (save or _save)(make(i), place / f"{i:04}.{suffix}")
    return path


def _save(image, path):
    image.save(path)


def save_rotated(image, path):
    exif = Image.Exif()
    exif[_ROTATED[0]] = _ROTATED[1]
    image.save(path.with_suffix(".jpg"), exif=exif)


def save_gif(image, path):
    frames = [image.rotate(90)]
    image.save(path.with_suffix(".gif"), save_all=True, append_images=frames)


def zipped(path):
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for file in sorted(path.iterdir()):
            archive.write(file, file.name)
    return path.with_suffix(".zip")


def tarred(path):
    with tarfile.open(path.with_suffix(".tar"), "w") as archive:
        archive.add(path, path.name)
    return path.with_suffix(".tar")


def coded(path):
    files = []
    for i in range(_COUNT):
        file = io.BytesIO()
        picture(i).save(file, "jpeg")
        files.append(np.frombuffer(file.getvalue(), "uint8"))
    offsets = np.cumsum([0, *map(len, files)])
    np.savez(path, jpeg=np.concatenate(files), offsets=offsets)
    return path


def rate(source):
    """Images per second."""
    batches = iter(source.batches(_BATCH).repeat())
    for _ in range(4):
        next(batches)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < _SECONDS:
        next(batches)
        count += _BATCH
    return count / (time.perf_counter() - start)


def _what(source):
    parts = " and ".join(space.describe() for space in source.spaces)
    if source.num_classes:
        parts += f" of {source.num_classes} classes"
    return f"{source.size} of {parts}".replace("None", "any")


def _shown(value):
    return value.name if isinstance(value, Path) else value


if __name__ == "__main__":
    main()
