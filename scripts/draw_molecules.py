"""Writes the table of docs/molecules.md and draws its figures.

    python scripts/draw_molecules.py            # from results/molecules

The table stands between `<!-- study -->` and `<!-- end -->`.
"""

import json
from pathlib import Path

import numpy as np
from docs_pages import save, table, write_tables
from matplotlib import pyplot

from kgan.recipes.molecule_study import SETTINGS
from kgan.spaces.images import tile
from kgan.system import chemistry

RESULTS = Path(__file__).parents[1] / "results" / "molecules"
SHARES = ("validity", "uniqueness", "novelty", "new_molecules")
# Molecules of a setting in the picture, and the pixels of each.
SHOWN, SIDE = 16, 120


def main():
    paths = {key: RESULTS / f"{key}.json" for key in SETTINGS}
    found = {k: json.loads(p.read_text()) for k, p in paths.items() if p.exists()}
    write_tables("molecules.md", {"study": lines(found)})
    frontier(found)
    molecules({key: RESULTS / f"{key}.smi" for key in found})


def lines(found):
    header = ["", "graphs", *(name.replace("_", " ") for name in SHARES)]
    header += ["authors' program", "QED", "descriptor distance"]
    rows = []
    for key, result in found.items():
        row = [SETTINGS[key].title, f"{result['graphs']:,}"]
        row += [f"{100 * result[name]:.1f}" for name in SHARES]
        same = [f"{100 * result[f'molgan_{name}']:.1f}" for name in SHARES[:3]]
        numbers = [f"{result['qed']:.2f}", f"{result['descriptor_distance']:.2f}"]
        rows.append([*row, " / ".join(same), *numbers])
    return table(header, rows)


def frontier(found):
    """Validity and uniqueness of each setting, from part to part of its training; of
    more graphs at its end, as of the published one."""
    figure, ax = pyplot.subplots(figsize=(7, 5))
    for key, result in found.items():
        x, y = (100 * np.array([p[n] for p in result["curve"]]) for n in SHARES[:2])
        (line,) = ax.plot(x, y, ".-", linewidth=0.8, label=SETTINGS[key].title)
        end = (100 * result[name] for name in SHARES[:2])
        ax.plot(*end, "o", color=line.get_color())
    ax.plot(98.1, 10.4, "k*", markersize=11, label="MolGAN, published")
    ax.set_xlabel("validity, %")
    ax.set_ylabel("uniqueness, %: dots of 1,600 graphs, circles of 6,400")
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 100)
    ax.legend(fontsize=8)
    save(figure, "molecules_frontier")


def molecules(paths):
    """Molecules of each setting."""
    rows = -(-len(paths) // 2)
    figure, axes = pyplot.subplots(rows, 2, figsize=(9, 5 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, (key, path) in zip(axes.flat, paths.items(), strict=False):
        smiles = path.read_text().split("\n")[:SHOWN]
        drawn = [
            chemistry.draw(chemistry.parse(s) if s else None, SIDE) for s in smiles
        ]
        ax.set_title(SETTINGS[key].title, fontsize=10)
        ax.imshow(tile(np.stack(drawn), 4))
    save(figure, "molecules_samples")


if __name__ == "__main__":
    main()
