"""Writes the tables of docs/anomaly.md and draws its overlays.

    python scripts/draw_anomaly.py            # from results/anomaly

A table stands between `<!-- NAME -->` and `<!-- end -->`. Overlays are drawn from the
.npz files that the study leaves beside its cells of tiles, where they are.
"""

import json
from pathlib import Path

import numpy as np
from docs_pages import save, table, write_tables
from matplotlib import pyplot

from kgan.recipes.anomaly_study import EXPERIMENTS
from kgan.spaces.maps import overlay

RESULTS = Path(__file__).parents[1] / "results" / "anomaly"
# The percentile of all pixels of the maps that overlays show as hottest, as reports.
TOP = 99.9
SHOWN = 2
# The methods whose maps are shown.
MAPS = "vae", "fanogan"


def main():
    tables = {}
    for name, experiment in EXPERIMENTS.items():
        cells = read(name)
        if cells and len(experiment.normals) > 1:
            tables[name] = per_class(experiment, cells)
        elif cells:
            tables[name] = per_method(experiment, cells)
            tables[f"{name}_kinds"] = per_kind(experiment, cells)
    write_tables("anomaly.md", tables)
    for (_, method), cell in read("tiles").items():
        path = RESULTS / "tiles" / f"free_{method}_0.npz"
        if method in MAPS and path.exists():
            draw(method, ["good", *cell["by_kind"]], np.load(path))


def _short(number):
    """Two digits that count, without an exponent."""
    return f"{float(f'{number:.2g}'):g}"


def read(name):
    """(normal, method) -> cell of seed 0."""
    cells = [json.loads(p.read_text()) for p in (RESULTS / name).glob("*_0.json")]
    return {(tuple(cell["normal"]), cell["method"]): cell for cell in cells}


def per_class(experiment, cells):
    """AUROC of each class that is normal, or of each that is not."""
    classes = experiment.normals
    head = "anomalous" if len(classes[0]) > 1 else "normal"
    rows = []
    for key, method in experiment.methods.items():
        own = {
            normal: cells[normal, key] for normal in classes if (normal, key) in cells
        }
        for score in ("auroc", "auroc_of_hottest"):
            values = {n: cell[score] for n, cell in own.items() if score in cell}
            if not values:
                continue
            title = method.title + (", hottest" if score != "auroc" else "")
            row = [f"{values[n]:.3f}" if n in values else "" for n in classes]
            whole = len(values) == len(classes)
            mean = f"{np.mean([*values.values()]):.3f}" if whole else ""
            ms = np.median([cell["per_image"]["cpu_ms"] for cell in own.values()])
            rows.append([title, *row, mean, _short(ms) if score == "auroc" else ""])
    return table([f"{head}:", *map(str, range(len(classes))), "mean", "ms"], rows)


def per_method(experiment, cells):
    """What each method says of the tiles."""
    header = ["", "images", "hottest pixel", "pixels", "false alarms", "caught", "ms"]
    rows = []
    for key, method in experiment.methods.items():
        cell = cells.get((experiment.normals[0], key))
        if cell is None:
            continue
        row = [method.title, f"{cell['auroc']:.3f} ± {cell['auroc_error']:.3f}"]
        for score in ("auroc_of_hottest", "pixel_auroc", "false_alarms", "caught"):
            row.append(f"{cell[score]:.3f}" if score in cell else "")
        rows.append([*row, _short(cell["per_image"]["cpu_ms"])])
    return table(header, rows)


def per_kind(experiment, cells):
    """AUROC, and the share that the threshold catches, by kind of defect."""
    kinds, rows = None, []
    for key, method in experiment.methods.items():
        cell = cells.get((experiment.normals[0], key))
        if cell is None:
            continue
        kinds = kinds or list(cell["by_kind"])
        own = [cell["by_kind"][kind] for kind in kinds]
        rows.append(
            [method.title, *(f"{k['auroc']:.2f}, {k['caught']:.0%}" for k in own)]
        )
    return table(["", *kinds], rows)


def draw(method, names, arrays):
    """Tiles of each kind: the tile, its mask, and the map on it."""
    images, maps = arrays["images"], arrays["maps"].astype("float32")
    kinds, masks = arrays["kinds"], arrays["masks"]
    top = np.percentile(maps, TOP)
    names = dict(zip(np.unique(kinds), names, strict=True))
    # Neighbours are often views of one tile.
    rows = [np.flatnonzero(kinds == k)[:: sum(kinds == k) // SHOWN] for k in names]
    rows = np.concatenate([own[:SHOWN] for own in rows])
    figure, axes = pyplot.subplots(3, len(rows), figsize=(1.2 * len(rows), 4))
    hot = overlay(images[rows], maps[rows], top)
    for column, row in enumerate(rows):
        shown = images[row, ..., 0], masks[row], hot[column]
        for ax, picture in zip(axes[:, column], shown, strict=True):
            ax.imshow(picture, "gray")
            ax.axis("off")
        axes[0, column].set_title(names[kinds[row]], fontsize=8)
    save(figure, f"anomaly_tiles_{method}")


if __name__ == "__main__":
    main()
