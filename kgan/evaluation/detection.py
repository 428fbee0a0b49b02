"""What a detector finds in files of images, and pictures of where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from kgan.data.decoding import read_pixels
from kgan.data.files import Files
from kgan.data.sizes import fit_in
from kgan.evaluation.detectors import Detector
from kgan.spaces.maps import overlay
from kgan.system.finite import all_finite

_BLOCK = 32
# Pixels of the longer side of a picture, at least and at most.
_SMALL, _LARGE = 256, 512
_GAP = 4
# Of all pixels of all maps, so many are not the hottest.
_TOP_QUANTILE = 0.999


class Detected(NamedTuple):
    """What a detector says of files.

    Attributes:
        scores: float32 [n].
        maps: float16 [n, height, width].
        verdicts: int32 [n], or None.
    """

    scores: np.ndarray
    maps: np.ndarray
    verdicts: np.ndarray | None

    @property
    def top(self) -> float:
        """The number that is hottest in pictures, one for all files."""
        return float(np.quantile(self.maps.astype("float32"), _TOP_QUANTILE))


def detect_files(detector: Detector, files: Files, stretch: bool = False) -> Detected:
    """Asks a detector about image files.

    Args:
        detector: sees images of one size.
        files: images of any sizes, of any number of channels.
        stretch: whether they are resized without keeping their aspect. If not, they are
            cropped at the centre, as `kgan.data` reads them.

    Raises:
        ValueError: for files that are no images, or a detector of images that no file
            has, such as of two channels.
    """
    if not detector.space.from_png or None in detector.space.shape:
        raise ValueError(
            "Expected a model of images of one size with 1, 3 or 4 channels. Received: "
            f"{detector.source}, of a {detector.space.describe()}."
        )
    parts = []
    for names in _blocks(files.names):
        images = [
            fitted(p, detector.space, stretch) for _, p in read(files, names, detector)
        ]
        answers = detector.ask(np.stack(images))
        # Half as long, because all are in memory.
        parts.append({**answers, "maps": answers["maps"].astype("float16")})
    joined = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    if not all_finite(joined["scores"]):
        raise ValueError(
            "Expected finite scores. Received: NaN or infinite ones from "
            f"{detector.source}, because its training diverged. Use an earlier state."
        )
    return Detected(joined["scores"], joined["maps"], joined.get("verdicts"))


def pictures_of(
    detector: Detector, files: Files, detected: Detected, stretch: bool = False
) -> Iterator[tuple[str, np.ndarray]]:
    """Each image beside itself under its map.

    The map is as large as the part of the image that the model saw. All maps have one
    scale, `Detected.top`.

    Args:
        detector, files, stretch: as for `detect_files`.
        detected: what it returned.

    Yields:
        (name, uint8 [height, width, 3]).
    """
    top = detected.top
    rows = zip(read(files, files.names, detector), detected.maps, strict=True)
    for (name, pixels), heights in rows:
        shown = _shown(pixels, detector.space.shape, stretch)
        size = shown.shape[1::-1]
        large = Image.fromarray(heights.astype("float32")).resize(size, Image.BILINEAR)
        hot = overlay(shown[None], np.asarray(large)[None], top)[0]
        gap = np.full((len(shown), _GAP, 3), 255, "uint8")
        yield name, np.concatenate([shown, gap, hot], axis=1)


def read(
    files: Files, names: Sequence[str], detector: Detector
) -> Iterator[tuple[str, np.ndarray]]:
    """(name, uint8 [height, width, channels]) of files, with the model's channels."""
    for name in names:
        channels = detector.space.shape[-1]
        yield name, read_pixels(files.open(name), channels, name)


def fitted(pixels: np.ndarray, space: Any, stretch: bool = False) -> np.ndarray:
    """An image as the model sees it, uint8 [height, width, channels]."""
    height, width = space.shape[:2]
    if not stretch:
        return np.asarray(fit_in(pixels, (height, width)))
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    small = np.asarray(picture.resize((width, height), Image.LANCZOS))
    return small.reshape(height, width, -1)


def cut_share(shape: Sequence[int], space: Any) -> float:
    """The share of an image [height, width] that is cut off at the centre crop."""
    height, width = _box(shape, space.shape)
    return 1.0 - height * width / (shape[0] * shape[1])


def _blocks(names: Sequence[str]):
    return [names[i : i + _BLOCK] for i in range(0, len(names), _BLOCK)]


def _box(shape: Sequence[int], wanted: Sequence[int]):
    """(height, width) of what `fit_in` keeps of an image."""
    height = min(shape[0], max(1, shape[1] * wanted[0] // wanted[1]))
    width = min(shape[1], max(1, shape[0] * wanted[1] // wanted[0]))
    return height, width


def _shown(pixels: np.ndarray, wanted: Sequence[int], stretch: bool):
    """What the model saw of an image, in its own resolution, uint8 [h, w, 3]."""
    if not stretch:
        height, width = _box(pixels.shape, wanted)
        top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
        pixels = pixels[top : top + height, left : left + width]
    longer = max(pixels.shape[:2])
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    factor = min(max(longer, _SMALL), _LARGE) / longer
    if factor != 1.0:
        size = [max(1, round(side * factor)) for side in picture.size]
        picture = picture.resize(size, Image.BICUBIC)
    return np.array(picture.convert("RGB"))
