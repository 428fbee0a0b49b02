"""A large picture through SRResNet in tiles: seconds, memory, and whether seams show.

    python benchmarks/large_picture.py [--side 2048] [--factor 2] [--width 32]

The picture goes through the network as in `kgan translate`. Prints a table with a row
per picture and network:
    peak       the process's largest resident set; before: without any picture
    steps      mean distance of neighbouring pixels across the borders of tiles, and
               elsewhere at the same place of the enlarged pixel, in levels of 255
    whole      the same of the picture translated as a whole, where it is small enough,
               and the largest difference of any pixel
"untrained" is the network as it begins, nearly bicubic; in "random", its corrections
have a standard deviation of 0.3, and depend on all that it can see. Run it on an idle
machine.
"""

import argparse
import os
import resource
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

import kgan
from kgan.spaces import tiles

OVERLAP = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=2048)
    parser.add_argument("--small", type=int, default=384, help="also as a whole")
    parser.add_argument("--factor", type=int, default=2)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--tile", type=int, default=512)
    options = parser.parse_args()
    network = options.factor, options.width, options.blocks
    model = kgan.SRResNet((None, None, 3), None, *network, seed=0)
    samples = kgan.evaluation.open_samples(model)

    def translate(images):
        return samples.draw(1, 0, images=images)

    translate(picture(16)[None])
    before = peak()
    print(f"SRResNet x{network[0]}, width {network[1]}, {network[2]} blocks")
    print(f"peak before: {before:.0f} MB\n")
    print("| network | picture | tile | seconds | peak | borders | elsewhere", end=" ")
    print("| whole, borders | whole, elsewhere | largest difference |")
    print("|---" * 10 + "|")
    report("untrained", translate, options.side, options.tile)
    randomize(model)
    for tile in (options.small // 3, options.small // 2):
        report("random", translate, options.small, tile, whole=True)
    report("random", translate, options.side, options.tile)


def report(name, translate, side, tile, whole=False):
    image = picture(side)
    start = time.perf_counter()
    made = tiles.by_tiles(translate, image, tile, OVERLAP)
    seconds, memory = time.perf_counter() - start, peak()
    cells = [name, side, tile, f"{seconds:.1f}", f"{memory:.0f} MB"]
    cells += steps(made, side, tile)
    if whole:
        alone = translate(image[None])[0]
        cells += steps(alone, side, tile)
        cells.append(np.abs(alone.astype("int16") - made).max())
    cells += [""] * (10 - len(cells))
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def steps(made, side, tile):
    """Mean steps across the borders of tiles, and elsewhere, in levels."""
    factor = made.shape[0] // side
    starts = {left for _, left in tiles._places([side] * 2, [tile] * 2, OVERLAP)}
    borders = (starts | {start + tile for start in starts}) - {0, side}
    at = np.zeros(side, bool)
    at[sorted(borders)] = True
    sums = np.zeros(2)
    for image in (made, made.swapaxes(0, 1)):
        # Step i is from the last pixel of an enlarged pixel to the first of pixel i.
        pairs = zip(image[factor - 1 :: factor], image[factor::factor], strict=False)
        step = [np.abs(a - b.astype("int16")).mean() for a, b in pairs]
        sums += np.mean(np.array(step)[at[1:]]), np.mean(np.array(step)[~at[1:]])
    return [f"{x / 2:.3f}" for x in sums]


def picture(side):
    """Waves of all lengths, without a preferred place, uint8 [side, side, 3]."""
    rng = np.random.default_rng(0)
    places = np.arange(side, dtype="float32")
    image = np.zeros((side, side, 3), "float32")
    for length in np.geomspace(8.0, 200.0, 24):
        angle, *phases = rng.uniform(0.0, 2.0 * np.pi, 4)
        y, x = (
            float(2.0 * np.pi / length * f(angle)) * places for f in (np.sin, np.cos)
        )
        for channel, phase in enumerate(phases):
            phase = float(phase)
            # sin(y + phase + x), as two outer products of rows and columns.
            image[..., channel] += np.outer(np.sin(y + phase), np.cos(x))
            image[..., channel] += np.outer(np.cos(y + phase), np.sin(x))
    image += np.float32(0.1) * rng.standard_normal(image.shape, "float32")
    return np.clip(127.5 + 30.0 * image, 0.0, 255.0).astype("uint8")


def randomize(model):
    """Blocks as He et al. have them, and corrections with a deviation of 0.3."""
    network = model.generator
    for layer in network.layers:
        if layer.name.startswith("block") and layer.weights:
            layer.set_weights(
                [w * 10.0 if w.ndim == 4 else w for w in layer.get_weights()]
            )
    images = picture(64)[None] / np.float32(127.5) - 1.0
    corrections = network(images) - network.get_layer("bicubic")(images)
    last = network.get_layer("to_image")
    last.kernel.assign(last.kernel * (0.3 / np.std(corrections)))


def peak():
    """The largest resident set of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    main()
