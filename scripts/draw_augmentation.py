"""Writes the tables of docs/augmentation.md and draws its figures.

    python scripts/draw_augmentation.py     # from results/augmentation

A table stands between `<!-- NAME -->` and `<!-- end -->`. Samples are drawn from the
.npz files that cells of the first seed leave beside their results, where they are.
"""

import json
from pathlib import Path

import numpy as np
from docs_pages import save, spread, table, write_tables
from matplotlib import pyplot

from kgan.recipes.augmentation_study import EXPERIMENTS, SETTINGS

RESULTS = Path(__file__).parents[1] / "results" / "augmentation"
# Where the GAN learned, as tables and figures call it.
LEARNED = {None: "no GAN", "few": "GAN of the few", "all": "GAN of all, no labels"}


def main():
    cells = {name: read(name) for name in EXPERIMENTS}
    for name, found in cells.items():
        tables = {name: accuracies(name, found), f"{name}_gans": gans(found)}
        write_tables("augmentation.md", tables)
    if any(cells.values()):
        draw_curves(cells)
        draw_samples(cells)


def read(experiment):
    """Count -> cells by seed, of the counts that there are."""
    cells = {}
    for count in EXPERIMENTS[experiment].counts:
        paths = sorted((RESULTS / experiment).glob(f"{count}_*.json"))
        if paths:
            cells[count] = [json.loads(path.read_text()) for path in paths]
    return cells


def accuracies(name, cells):
    """Lines of a table: settings in rows, counts in columns."""
    counts = EXPERIMENTS[name].counts
    seeds = [f"{c} ({len(cells[c])} seeds)" if c in cells else str(c) for c in counts]
    rows = [
        [
            LEARNED[setting.generator],
            setting.title,
            *(spread(values(cells.get(count, []), key)) for count in counts),
        ]
        for key, setting in SETTINGS.items()
    ]
    return table(["samples", "added to the real images", *seeds], rows)


def gans(cells):
    """Lines of a table about samples and pseudo-labels, counts in rows."""
    keys = ("few_agreeing", "all_agreeing", "pseudo_labels_right")
    header = [
        "real images per class",
        "GAN of the few: samples the filter keeps, %",
        "GAN of all: samples the filter keeps, %",
        "pseudo-labels right, %",
    ]
    rows = [
        [str(count), *(spread([100 * c[key] for c in found]) for key in keys)]
        for count, found in cells.items()
    ]
    return table(header, rows)


def values(cells, setting):
    """Accuracies in percent."""
    return [100 * cell["accuracy"][setting] for cell in cells]


def gains(cells, setting):
    """Points of accuracy above classic augmentation, in the same cells."""
    over = values(cells, setting), values(cells, "classic")
    return np.subtract(*over)


def draw_curves(cells):
    """Accuracy by count; below, what each setting gains over classic augmentation."""
    figure, axes = pyplot.subplots(
        2, len(cells), figsize=(4 * len(cells), 6), squeeze=False, sharex="col"
    )
    colors = {None: "0.3", "few": "C1", "all": "C0"}
    for (top, below), (name, found) in zip(axes.T, cells.items(), strict=True):
        for i, (key, setting) in enumerate(SETTINGS.items()):
            counts = [c for c in found if found[c]]
            style = {
                "color": colors[setting.generator],
                "marker": "o^sDvPX<>"[i],
                "linestyle": "-" if setting.classic else "--",
                "alpha": 1.0 if setting.filtered or not setting.generator else 0.6,
                "ms": 4,
                "lw": 1,
            }
            label = f"{LEARNED[setting.generator]}: {setting.title}"
            for ax, numbers in (
                (top, [values(found[c], key) for c in counts]),
                (below, [gains(found[c], key) for c in counts]),
            ):
                means = [np.mean(n) for n in numbers]
                errors = [np.std(n, ddof=1) if len(n) > 1 else 0.0 for n in numbers]
                # A little apart, so that bars do not hide each other.
                places = np.array(counts) * 1.02 ** (i - len(SETTINGS) / 2)
                ax.errorbar(places, means, errors, label=label, **style)
        top.set(title=EXPERIMENTS[name].title, xscale="log")
        below.axhline(0, color="0.8", zorder=0)
        below.set(xlabel="real labelled images per class")
        counts = EXPERIMENTS[name].counts
        below.set_xticks(counts, counts)
        below.minorticks_off()
    axes[0][0].set_ylabel("test accuracy, %")
    axes[1][0].set_ylabel("points over classic")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(
        handles, labels, ncols=3, loc="upper center", frameon=False, fontsize=8
    )
    figure.tight_layout(rect=(0, 0, 1, 0.9))
    save(figure, "augmentation_curves")


def draw_samples(cells):
    """Eight samples of each class at the smallest and at the largest count."""
    from kgan.spaces.images import tile

    shown = {}
    for name, found in cells.items():
        for count in sorted({min(found), max(found)} if found else ()):
            path = next((RESULTS / name).glob(f"{count}_*.npz"), None)
            if path is not None:
                title = f"{EXPERIMENTS[name].title}, {count} per class"
                with np.load(path) as file:
                    shown |= {f"{title}: {LEARNED[k]}": file[k] for k in file.files}
    if not shown:
        return
    rows = -(-len(shown) // 4)
    figure, axes = pyplot.subplots(rows, 4, figsize=(11, 3.4 * rows), squeeze=False)
    for ax in axes.ravel():
        ax.axis("off")
    for ax, (title, images) in zip(axes.ravel(), shown.items(), strict=False):
        ax.imshow(tile(images, 8).squeeze(), "gray")
        ax.set_title(title.replace(": ", ":\n"), fontsize=8)
    save(figure, "augmentation_samples")


if __name__ == "__main__":
    main()
