"""Facades drawn by code: label maps and pictures, for image to image.

What the labels decide and what they leave open is known: where a window is, they say;
which color the wall has, how thick its bricks are, where the light comes from and what
the panes reflect, they do not say.
"""

from __future__ import annotations

import functools

import numpy as np

# What a facade has, and its color in a label map, as in the CMP facades.
COLORS = {
    "sky": (0, 0, 170),
    "roof": (255, 85, 0),
    "wall": (0, 0, 255),
    "window": (0, 85, 255),
    "frame": (170, 255, 85),
    "balcony": (255, 255, 0),
    "door": (255, 0, 0),
    "shop": (0, 255, 255),
    "street": (85, 85, 85),
}
_NAMES = tuple(COLORS)
_WALLS = np.array(
    [
        *((168, 84, 62), (226, 206, 170), (196, 190, 182), (214, 170, 96)),
        *((222, 180, 168), (150, 160, 140), (238, 234, 224), (120, 82, 66)),
    ]
)
_ROOFS = np.array([(120, 60, 48), (84, 86, 94), (96, 74, 60)])
_DOORS = np.array([(96, 58, 34), (40, 70, 50), (36, 48, 84), (110, 30, 34)])
_FRAMES = np.array([(240, 240, 236), (92, 64, 44), (70, 74, 78)])


# Split -> (number of facades, seed).
SPLITS = {"train": (800, 0), "test": (200, 1)}
# What sets of `kgan.data.load` are called -> which of what `facades` returns.
SETS = {"facade_labels": 0, "facades": 1}


def of_split(name: str, split: str | None) -> np.ndarray:
    """The label maps, or the pictures, of a split; facade i of both sets is the same.

        >>> kgan.data.facades.of_split("facade_labels", "test").shape
        (200, 64, 64, 3)

    Args:
        name: one of `SETS`.
        split: one of `SPLITS`.

    Raises:
        ValueError: for another split.
    """
    if split not in SPLITS:
        raise ValueError(
            f"Expected a split of {name}: {', '.join(SPLITS)}. "
            f"Received: split={split!r}. Choose one with split (--split)."
        )
    n, seed = SPLITS[split]
    return facades(n, seed=seed)[SETS[name]]


@functools.lru_cache(maxsize=4)
def facades(n: int, size: int = 64, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """n facades, as label maps and as pictures.

        >>> labels, pictures = kgan.data.facades.facades(2)
        >>> pictures.shape, pictures.dtype
        ((2, 64, 64, 3), dtype('uint8'))

    Args:
        n: how many.
        size: pixels per side.
        seed: integer, fixes them.

    Returns:
        (labels, pictures), both uint8 [n, size, size, 3], not to be written to. Labels
        are of the colors in `COLORS`.
    """
    labels = np.empty((n, size, size, 3), "uint8")
    pictures = np.empty((n, size, size, 3), "uint8")
    palette = np.array(list(COLORS.values()), "uint8")
    for i in range(n):
        rng = np.random.default_rng([seed, i])
        parts = _plan(rng, size)
        labels[i] = palette[_drawn(parts, size)]
        pictures[i] = _painted(rng, parts, size)
    labels.setflags(write=False)
    pictures.setflags(write=False)
    return labels, pictures


def _plan(rng: np.random.Generator, size: int):
    """Rectangles (part, top, left, bottom, right) in pixels, each over those before."""
    unit = size / 64
    parts = [("sky", 0, 0, size, size)]
    top = round(rng.uniform(3, 13) * unit)
    roof = round(rng.uniform(3, 7) * unit)
    left, right = 0, size
    if rng.random() < 0.4:
        left = round(rng.uniform(0, 6) * unit)
        right = size - round(rng.uniform(0, 6) * unit)
    street = size - round(rng.uniform(2, 5) * unit)
    parts += [("street", street, 0, size, size), ("wall", top, left, street, right)]
    parts += [("roof", top, left, top + roof, right)]
    ground = street - round(rng.uniform(11, 15) * unit)
    floors, columns = rng.integers(2, 5), rng.integers(2, 6)
    balcony = rng.integers(0, floors) if rng.random() < 0.5 else -1
    height = (ground - top - roof) / floors
    width = (right - left) / columns
    tall, wide = rng.uniform(0.45, 0.7) * height, rng.uniform(0.35, 0.6) * width
    for floor in range(floors):
        for column in range(columns):
            y = top + roof + (floor + 0.5) * height - 0.45 * tall
            x = left + (column + 0.5) * width - wide / 2
            parts += _window(y, x, tall, wide, floor == balcony, unit)
    door = rng.integers(0, columns)
    shop = rng.random() < 0.5
    for column in range(columns):
        x = left + (column + 0.5) * width
        if column == door:
            half = max(2.5 * unit, 0.2 * width)
            rectangle = ground + 2 * unit, x - half, street, x + half
            parts.append(("door", *np.round(rectangle).astype(int)))
        elif shop:
            half = 0.42 * width
            rectangle = ground + 3 * unit, x - half, street - unit, x + half
            parts.append(("shop", *np.round(rectangle).astype(int)))
        else:
            y = ground + 2.5 * unit
            parts += _window(y, x - wide / 2, min(tall, 8 * unit), wide, False, unit)
    return parts


def _window(y: float, x: float, tall: float, wide: float, balcony: bool, unit: float):
    pane = np.round([y, x, y + tall, x + wide]).astype(int)
    edge = max(1, round(unit))
    yield "frame", *(pane + np.array([-edge, -edge, edge, edge]))
    yield "window", *pane
    if balcony:
        low = round(y + tall)
        depth = max(2, round(3 * unit))
        yield "balcony", low - depth, pane[1] - 2 * edge, low + edge, pane[3] + 2 * edge


def _drawn(parts: list[tuple], size: int):
    """The number of the part at each pixel."""
    drawn = np.zeros((size, size), int)
    for part, top, left, bottom, right in parts:
        drawn[max(0, top) : bottom, max(0, left) : right] = _NAMES.index(part)
    return drawn


def _painted(rng: np.random.Generator, parts: list[tuple], size: int):
    """A picture, uint8 [size, size, 3]."""
    rows, columns = (np.mgrid[:size, :size] / size).astype("float32")
    paint = {
        "sky": _sky(rng, rows, columns),
        "roof": _stripes(rows, _pick(rng, _ROOFS), rng.uniform(20, 34)),
        "wall": _bricks(rng, rows, columns),
        "street": np.full((size, size, 3), rng.uniform(70, 130)),
        "shop": _glass(rng, rows, columns) * 0.8 + rng.uniform(0, 50, 3),
        "balcony": _stripes(columns, np.full(3, rng.uniform(30, 90)), 32, 0.5),
        "frame": np.broadcast_to(_pick(rng, _FRAMES), (size, size, 3)),
        "door": _stripes(columns, _pick(rng, _DOORS), 40, 0.2),
    }
    glass = _glass(rng, rows, columns)
    bars = paint["frame"]
    picture = np.empty((size, size, 3))
    for part, *rectangle in parts:
        top, left, bottom, right = (max(0, int(edge)) for edge in rectangle)
        place = slice(top, bottom), slice(left, right)
        if part != "window":
            picture[place] = paint[part][place]
            if part == "frame":
                # The shadow of the sill.
                below = slice(bottom, bottom + 1), slice(left, right)
                picture[below] *= 0.7
            continue
        # Each pane is lit or dark, and has bars.
        lit = rng.random() < 0.15
        shade = np.array([230.0, 190.0, 110.0]) if lit else rng.uniform(0, 25, 3)
        weight = 0.75 if lit else 0.3
        picture[place] = (1 - weight) * glass[place] + weight * shade
        picture[top:bottom, (left + right) // 2] = bars[top, left]
        picture[top + (bottom - top) // 3, left:right] = bars[top, left]
    # Light from one side, and grain.
    light = 1.0 + rng.uniform(-0.25, 0.25) * (columns - 0.5)
    picture = picture * light[..., None] * rng.uniform(0.85, 1.1)
    picture += rng.normal(0, 3, picture.shape)
    return np.clip(np.round(picture), 0, 255).astype("uint8")


def _pick(rng: np.random.Generator, colors: np.ndarray):
    return colors[rng.integers(len(colors))] + rng.uniform(-12, 12, 3)


def _sky(rng: np.random.Generator, rows: np.ndarray, columns: np.ndarray):
    blue, gray = np.array([120.0, 170.0, 225.0]), np.full(3, 205.0)
    base = blue + rng.random() * (gray - blue)
    waves = sum(
        np.sin(2 * np.pi * (a * rows * 3 + b * columns) + c) / 3
        for a, b, c in rng.uniform(-3, 3, (3, 3))
    )
    return base + (40 * rows + 18 * waves)[..., None]


def _stripes(place: np.ndarray, color: np.ndarray, count: float, depth: float = 0.25):
    dark = (place * count) % 1.0 < 0.35
    return color * (1.0 - depth * dark[..., None])


def _bricks(rng: np.random.Generator, rows: np.ndarray, columns: np.ndarray):
    color = _pick(rng, _WALLS)
    if rng.random() < 0.4:
        # Plaster: large soft patches.
        waves = np.sin(9 * rows + rng.uniform(0, 6)) * np.sin(
            7 * columns + rng.uniform(0, 6)
        )
        return color + 8 * waves[..., None]
    count = rng.uniform(14, 26)
    row = np.floor(rows * count).astype(int)
    along = columns * count / 2 + 0.5 * (row % 2)
    brick = np.floor(along).astype(int)
    tone = rng.uniform(-14, 14, (64, 64))[row % 64, brick % 64]
    joint = ((rows * count) % 1.0 < 0.3) | (along % 1.0 < 0.15)
    return (color + tone[..., None]) * np.where(joint, 0.82, 1.0)[..., None]


def _glass(rng: np.random.Generator, rows: np.ndarray, columns: np.ndarray):
    slope = rng.uniform(-1, 1)
    shine = 0.5 + 0.5 * np.sin(2 * np.pi * (2 * rows + slope * columns + rng.random()))
    return np.array([45.0, 60.0, 80.0]) + 70 * shine[..., None]
