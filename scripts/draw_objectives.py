"""Writes the tables of docs/objectives.md and draws its figures.

    python scripts/draw_objectives.py     # from results/objectives

A table stands between `<!-- NAME -->` and `<!-- end -->`. Samples are drawn from the
.npy files that runs leave beside their results, where they are.
"""

import json
import re
from pathlib import Path

import numpy as np
from docs_pages import save, spread, table, write_tables
from matplotlib import pyplot

from kgan.recipes.objectives_study import EXPERIMENTS

RESULTS = Path(__file__).parents[1] / "results" / "objectives"
TITLES = {
    "minimax": "minimax",
    "non_saturating": "non-saturating",
    "least_squares": "least squares (LSGAN)",
    "hinge": "hinge",
    "relativistic_average": "relativistic average",
    "wgan": "Wasserstein, clipped (WGAN)",
    "wgan_gp": "Wasserstein, gradient penalty (WGAN-GP)",
    "dragan": "non-saturating, DRAGAN",
    "non_saturating_r1": "non-saturating, R1",
    "rpgan_r1_r2": "relativistic pairing, R1 and R2",
    "rpgan_r1_r2_falling": "the same, falling rates",
}
# Published modes and high-quality shares, with other networks (arXiv 1712.04086).
PUBLISHED = {
    "ring": {
        "GAN": (6.3, 0.982),
        "unrolled GAN": (7.6, 0.356),
        "VEEGAN": (8, 0.529),
        "PacGAN2": (7.9, 0.956),
        "PacGAN4": (7.8, 0.959),
    },
    "grid": {
        "GAN": (17.3, 0.948),
        "unrolled GAN": (23.6, 0.16),
        "VEEGAN": (24.6, 0.4),
        "PacGAN2": (23.8, 0.913),
        "PacGAN4": (24.8, 0.936),
    },
}


def main():
    runs = {name: read(name) for name in EXPERIMENTS}
    write_tables("objectives.md", tables(runs))
    if runs["stability"]:
        draw_stability(runs["stability"])
    if runs["gamma"]:
        draw_gamma(runs["gamma"])
    for name in ("ring", "grid"):
        draw_points(name, runs[name])
    for name in ("digits", "fashion", "color"):
        draw_images(name, runs[name])


def read(experiment):
    """Setting -> results by seed, in the order of the settings."""
    runs = {}
    for setting in EXPERIMENTS[experiment]:
        paths = sorted((RESULTS / experiment).glob(f"{setting}_?.json"))
        if paths:
            runs[setting] = [json.loads(path.read_text()) for path in paths]
    return runs


def tables(runs):
    """Name -> lines of a table."""
    made = {}
    for name in ("ring", "grid"):
        rows = [
            [
                TITLES[setting],
                of_seeds(results, "modes", 1),
                of_seeds(results, "high_quality", 1, 100.0),
                of_seeds(results, "kl", 4),
                str(len(results)),
            ]
            for setting, results in runs[name].items()
        ]
        rows += [
            [f"*{who}, published*", f"{modes:g}", f"{100 * share:.1f}", "", ""]
            for who, (modes, share) in PUBLISHED[name].items()
        ]
        header = ["objective", "modes", "high quality, %", "reverse KL, nats", "seeds"]
        made[name] = table(header, rows)
    made["images"] = table(
        ["objective", "digits", "Fashion-MNIST", "color"],
        [
            [
                title,
                *(
                    of_seeds(runs[name].get(setting, []), "frechet_distance", 1)
                    for name in ("digits", "fashion", "color")
                ),
            ]
            for setting, title in TITLES.items()
            if setting in EXPERIMENTS["digits"]
        ],
    )
    made["stacked_mnist"] = table(
        ["objective", "modes", "reverse KL, nats"],
        [
            [TITLES[s], of_seeds(r, "modes", 0), of_seeds(r, "kl", 3)]
            for s, r in runs["stacked_mnist"].items()
        ],
    )
    little = runs["little_data"]
    made["little_data"] = table(
        ["augmentation", "100 %", "10 %", "2 %"],
        [
            [
                augment,
                *(
                    of_seeds(little.get(f"{augment}_{p}", []), "frechet_distance", 1)
                    for p in (100, 10, 2)
                ),
            ]
            for augment in ("plain", "diff_augment", "ada")
        ],
    )
    made["gamma"] = table(
        ["gamma", "Frechet distance", "recall"],
        [
            [
                s.split("_")[1],
                of_seeds(r, "frechet_distance", 1),
                of_seeds(r, "recall", 2),
            ]
            for s, r in runs["gamma"].items()
        ],
    )
    return made


def of_seeds(results, key, digits, scale=1.0):
    """Mean and standard deviation over seeds, and how many seeds failed, as text."""
    values = [scale * r[key] for r in results if r.get(key) is not None]
    failed = len(results) - len(values)
    if not values:
        return "NaN" if failed else ""
    return spread(values, digits) + (f" ({failed} NaN)" if failed else "")


def draw_stability(runs):
    """Frechet distances by objective, learning rate and beta_1."""
    pattern = re.compile(r"(.*)_([0-9.e-]+)_([0-9.]+)$")
    keys = {setting: pattern.match(setting).groups() for setting in runs}
    objectives = list(dict.fromkeys(name for name, *_ in keys.values()))
    rates = sorted({k[1] for k in keys.values()}, key=float)
    betas = sorted({k[2] for k in keys.values()}, key=float)
    figure, axes = pyplot.subplots(
        1, len(objectives), figsize=(2.6 * len(objectives), 2.6), squeeze=False
    )
    for ax, objective in zip(axes[0], objectives, strict=True):
        values = np.full((len(betas), len(rates)), np.nan)
        ran = np.zeros(values.shape, bool)
        for setting, (name, rate, beta) in keys.items():
            found = [r.get("frechet_distance") for r in runs[setting]]
            found = [value for value in found if value is not None]
            ran[betas.index(beta), rates.index(rate)] |= name == objective
            if name == objective and found:
                values[betas.index(beta), rates.index(rate)] = np.mean(found)
        ax.imshow(values, cmap="viridis_r", vmin=5, vmax=90)
        for (i, j), value in np.ndenumerate(values):
            text = "NaN" if np.isnan(value) else f"{value:.0f}"
            text = text if ran[i, j] else ""
            dark = not np.isnan(value) and value > 45
            ax.text(j, i, text, ha="center", va="center", color="w" if dark else "k")
        ax.set_xticks(range(len(rates)), rates)
        ax.set_yticks(range(len(betas)), betas)
        ax.set_title(TITLES[objective].replace(", ", ",\n"), fontsize=8)
        ax.set_xlabel("learning rate", fontsize=8)
    axes[0][0].set_ylabel("beta_1")
    save_objectives(figure, "stability")


def draw_gamma(runs):
    gammas = [float(setting.split("_")[1]) for setting in runs]
    figure, ax = pyplot.subplots(figsize=(5, 3))
    for i in range(max(map(len, runs.values()))):
        values = [
            r[i].get("frechet_distance") if i < len(r) else None for r in runs.values()
        ]
        ax.plot(
            gammas,
            [np.nan if v is None else v for v in values],
            "o-",
            label=f"seed {i}",
        )
    ax.set(xscale="log", xlabel="gamma", ylabel="Frechet distance, digits")
    ax.legend(frameon=False)
    save_objectives(figure, "gamma")


def draw_points(name, runs):
    """The samples of the first seed of each objective."""
    paths = {s: RESULTS / name / f"{s}_0.npy" for s in runs}
    paths = {s: path for s, path in paths.items() if path.exists()}
    if not paths:
        return
    figure, axes = pyplot.subplots(2, 6, figsize=(13, 5.4), squeeze=False)
    limit = 1.5 if name == "ring" else 5.0
    for ax in axes.ravel():
        ax.axis("off")
    for ax, (setting, path) in zip(axes.ravel(), paths.items(), strict=False):
        points = np.load(path).astype("float32")
        ax.axis("on")
        ax.plot(*points.T, ".", ms=2, alpha=0.5)
        ax.set(
            xlim=(-limit, limit),
            ylim=(-limit, limit),
            aspect="equal",
            xticks=[],
            yticks=[],
        )
        ax.set_title(TITLES[setting].replace(", ", ",\n"), fontsize=8)
    save_objectives(figure, name, between=2.0)


def draw_images(name, runs):
    """Eight samples of the first seed of each objective, a row each."""
    from kgan.spaces.images import tile, to_uint8

    rows = {s: RESULTS / name / f"{s}_0.npy" for s in runs}
    rows = {s: path for s, path in rows.items() if path.exists()}
    if not rows:
        return
    figure, axes = pyplot.subplots(
        len(rows), 1, figsize=(7, 0.46 * len(rows)), squeeze=False
    )
    for ax, (setting, path) in zip(axes[:, 0], rows.items(), strict=True):
        samples = to_uint8(np.load(path)[:16].astype("float32"))
        ax.imshow(tile(samples, 16).squeeze(), "gray")
        ax.axis("off")
        ax.text(-6, 14, TITLES[setting], ha="right", va="center", fontsize=7)
    save_objectives(figure, name)


def save_objectives(figure, name, between=0.2):
    figure.tight_layout(pad=0.2, h_pad=between)
    save(figure, f"objectives_{name}")


if __name__ == "__main__":
    main()
