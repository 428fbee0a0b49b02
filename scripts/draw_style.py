"""Writes the tables of docs/style.md and draws its samples.

    python scripts/draw_style.py                        # from results/style
    python scripts/draw_style.py --model logs/stylegan2/001

A table stands between `<!-- NAME -->` and `<!-- end -->`. Samples are drawn from the
.npz files that runs leave beside their results, where they are. With a StyleGAN2 it
draws what that can be asked: styles mixed and truncated, and images projected.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from docs_pages import save, table, write_tables
from matplotlib import pyplot

import kgan
from kgan.recipes.style_study import EXPERIMENTS
from kgan.runs.loading import load_model
from kgan.spaces import to_uint8
from kgan.spaces.images import tile

RESULTS = Path(__file__).parents[1] / "results" / "style"
# Images, and how long they are searched.
PROJECTED, STEPS = 8, 300
# Key -> title, digits.
COLUMNS = {
    "frechet_distance_color": ("Frechet, color", 1),
    "kernel_distance_color": ("kernel, color", 2),
    "recall_color": ("recall", 2),
    "frechet_distance_squeezenet": ("Frechet, SqueezeNet", 0),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a run or .keras file of a StyleGAN2")
    options = parser.parse_args()
    if options.model:
        asked(load_model(options.model), options.model)
        return
    found = {name: read(name) for name in EXPERIMENTS}
    write_tables("style.md", {n: lines(n, r) for n, r in found.items() if r})
    for name, results in found.items():
        draw(name, results)
    curves(found["faces"])


def read(name):
    """Setting -> result."""
    paths = {k: RESULTS / name / f"{k}.json" for k in EXPERIMENTS[name].settings}
    return {k: json.loads(p.read_text()) for k, p in paths.items() if p.exists()}


def lines(name, results):
    header = ["", "minutes", "images", "parameters", *(t for t, _ in COLUMNS.values())]
    rows = []
    for key, result in results.items():
        title = EXPERIMENTS[name].settings[key].title
        row = [title, f"{result['minutes']:.0f}"]
        row += [f"{result[k]:,}" for k in ("images", "parameters")]
        for score, (_, digits) in COLUMNS.items():
            parts = [result[k] for k in (score, f"{score}_error") if k in result]
            row.append(" ± ".join(f"{part:.{digits}f}" for part in parts))
        rows.append(row)
    return table(header, rows)


def draw(name, results):
    """Samples of each setting beside each other."""
    paths = {k: RESULTS / name / f"{k}.npz" for k in results}
    shown = {k: np.load(p)["samples"] for k, p in paths.items() if p.exists()}
    if not shown:
        return
    figure, axes = pyplot.subplots(
        1, len(shown), figsize=(3.2 * len(shown), 3.4), squeeze=False
    )
    for ax, (key, samples) in zip(axes[0], shown.items(), strict=True):
        ax.set_title(EXPERIMENTS[name].settings[key].title, fontsize=9)
        ax.imshow(tile(samples[:36], 6).squeeze(), "gray")
        ax.axis("off")
    save(figure, f"style_{name}")


def curves(results):
    """The distance of faces over the images of the training."""
    if not results:
        return
    figure, ax = pyplot.subplots(figsize=(6, 3.6))
    for key, result in results.items():
        images, distances = zip(*result["curve"], strict=True)
        ax.plot(images, distances, ".-", label=EXPERIMENTS["faces"].settings[key].title)
    ax.set_xlabel("images of the training")
    ax.set_ylabel("Frechet distance, color")
    ax.set_ylim(0)
    ax.legend(fontsize=8)
    save(figure, "style_transfer")


def asked(model, path):
    """Mixing, truncation, and images that G has not seen beside their projections."""
    source = kgan.data.open_source("facades", split="test", image_size=32)
    targets = source.some(PROJECTED)
    found = model.project(targets, steps=STEPS)
    print(f"{path}: distances of projections {found.distances.round(3).tolist()}")
    projected = np.concatenate([targets, found.images])
    pictures = model.pictures(None, 16, 0)
    titles = {
        "styles of the column at some layers": pictures["mixing"].draw(),
        "truncation": pictures["truncation"].draw(),
        f"unseen, and projected by {STEPS} steps": tile(to_uint8(projected), PROJECTED),
    }
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 4))
    for ax, (title, picture) in zip(axes, titles.items(), strict=True):
        ax.set_title(title, fontsize=9)
        ax.imshow(picture)
        ax.axis("off")
    save(figure, "style_asked")


if __name__ == "__main__":
    main()
