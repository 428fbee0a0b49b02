"""Writes the tables of docs/style.md and draws its samples.

    python scripts/draw_style.py            # from results/style

A table stands between `<!-- NAME -->` and `<!-- end -->`. Samples are drawn from the
.npz files that runs leave beside their results, where they are.
"""

import json
from pathlib import Path

import numpy as np
from docs_pages import save, table, write_tables
from matplotlib import pyplot

from kgan.recipes.style_study import EXPERIMENTS
from kgan.spaces.images import tile

RESULTS = Path(__file__).parents[1] / "results" / "style"
# Key -> title, digits.
COLUMNS = {
    "frechet_distance_color": ("Frechet, color", 1),
    "kernel_distance_color": ("kernel, color", 2),
    "recall_color": ("recall", 2),
    "frechet_distance_squeezenet": ("Frechet, SqueezeNet", 0),
}


def main():
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


if __name__ == "__main__":
    main()
