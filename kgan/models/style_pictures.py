"""Pictures of what styles and noise do: those of Karras et al. 2018 (arXiv 1812.04948).

Each takes a `kgan.StyleGAN2` and a seed, and returns a `kgan.spaces.Picture`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from kgan.random import seeds
from kgan.spaces import Picture

if TYPE_CHECKING:
    from kgan.models.stylegan2 import StyleGAN2

# Sources in the rows of each range of layers, and in the columns.
_ROWS, _COLUMNS = 2, 5
_PSI = (1.0, 0.7, 0.5, 0.3, 0.0)
_SHOWN = 8


def mixing(model: StyleGAN2, seed: int = 0) -> Picture:
    """Styles of two sources: figure 3 of the paper.

    The first row has the sources B, the first column the sources A. In between are
    images of A with the styles of B at the coarse layers (up to 8 pixels), the middle
    ones (up to 32), and the fine ones, in ranges of rows. In small images the ranges
    are thirds of the layers.

        >>> model = kgan.StyleGAN2((8, 8, 1), 4, 4, 16, depth=1, gamma=1.0)
        >>> kgan.models.style_pictures.mixing(model).draw().shape
        (72, 62, 1)
    """
    ranges = ranges_of(model.layers_of_styles)
    numbers = itertools.islice(seeds.stream(seed, "mixing"), 99)
    b = list(itertools.islice(numbers, _COLUMNS))
    a = list(itertools.islice(numbers, _ROWS * len(ranges)))
    given = _labels(model, 1)

    def images(ones: Any, others: Any, first: int, last: int):
        same = {k: np.repeat(v, len(ones)) for k, v in given.items()}
        return model.mix(ones, others, first, last, **same)

    last = model.layers_of_styles - 1
    sources = images(b, b, 0, last)
    rows, captions = [np.ones_like(sources[:1]), sources], [""]
    for i, (name, (low, high)) in enumerate(ranges.items()):
        for one in a[_ROWS * i : _ROWS * (i + 1)]:
            rows += [
                images([one], [one], 0, last),
                images([one] * len(b), b, low, high),
            ]
            captions.append(name)
    return Picture(
        model.examples,
        {"samples": np.concatenate(rows)},
        per_row=1 + _COLUMNS,
        captions=tuple(captions),
    )


def truncation(model: StyleGAN2, seed: int = 0) -> Picture:
    """The same latents, nearer and nearer to the mean of w: figure 8 of the paper.

    >>> model = kgan.StyleGAN2((8, 8, 1), 4, 4, 16, depth=1, gamma=1.0)
    >>> kgan.models.style_pictures.truncation(model).captions[0]
    'psi 1.0'
    """
    given = _labels(model, _SHOWN)
    n = None if given else _SHOWN
    rows = [model.generate(n, seed, truncation=psi, **given) for psi in _PSI]
    captions = tuple(f"psi {psi}" for psi in _PSI)
    samples = {"samples": np.concatenate(rows)}
    return Picture(model.examples, samples, per_row=_SHOWN, captions=captions)


def noise(model: StyleGAN2, seed: int = 0) -> Picture:
    """The same latents with noise at some layers only: figure 5 of the paper.

    In all layers; in the finer half of them; in the coarser half; and in none.

        >>> model = kgan.StyleGAN2((8, 8, 1), 4, 4, 16, depth=1, gamma=1.0)
        >>> kgan.models.style_pictures.noise(model).captions
        ('all noise', 'fine noise', 'coarse noise', 'no noise')
    """
    network = model.shown(model.generator)
    given = _labels(model, _SHOWN)
    w = model.endpoint("styles").sample(None if given else _SHOWN, seed, **given)
    usual = np.asarray(model.usual_noise(np.ones(_SHOWN, "float32")))
    starts = [
        layer.start
        for layer in network.get_layer("synthesis").layers
        if hasattr(layer, "start")
    ]
    # The layers of the last size alone have two thirds of the pixels.
    middle = starts[len(starts) // 2]
    fine = np.arange(usual.shape[1]) >= middle
    kept = {
        "all noise": 1.0,
        "fine noise": fine,
        "coarse noise": ~fine,
        "no noise": 0.0,
    }
    rows = [
        model.images_of(w["styles"], (usual * part).astype("float32"), network=network)
        for part in kept.values()
    ]
    samples = {"samples": np.clip(np.concatenate(rows), -1.0, 1.0).astype("float32")}
    return Picture(model.examples, samples, per_row=_SHOWN, captions=tuple(kept))


def ranges_of(layers: int) -> dict[str, tuple[int, int]]:
    """The first and the last of the coarse, the middle and the fine layers.

    >>> kgan.models.style_pictures.ranges_of(18)
    {'coarse': (0, 3), 'middle': (4, 7), 'fine': (8, 17)}
    >>> kgan.models.style_pictures.ranges_of(8)
    {'coarse': (0, 1), 'middle': (2, 4), 'fine': (5, 7)}

    Args:
        layers: how many there are.
    """
    # Of the paper, with two layers for each size from 4 pixels on.
    ends = (4, 8) if layers > 10 else (layers // 3, 2 * layers // 3)
    first, second = (max(1, ends[0]), max(2, ends[1]))
    return {
        "coarse": (0, first - 1),
        "middle": (first, second - 1),
        "fine": (second, layers - 1),
    }


def _labels(model: StyleGAN2, n: int):
    endpoint = model.endpoint("generate")
    return {name: endpoint.takes[name].request(n) for name in endpoint.given}
