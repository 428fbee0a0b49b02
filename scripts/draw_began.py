"""Draws the figures of docs/began.md from the runs of scripts/began_study.py.

    python scripts/draw_began.py [--logs logs/began_study] [--docs docs]

Writes began_paths.png, began_controller.png and began_losses.png, and prints the table
of all settings (needs matplotlib).
"""

import argparse
import json
import math
import statistics
from pathlib import Path

import numpy as np
from matplotlib import pyplot

from kgan.recipes.began_study import SETTINGS

ROOT = Path(__file__).parents[1]
# Columns of the table: title, key, format.
COLUMNS = (
    ("Frechet", "frechet_distance", "{:.1f}"),
    ("diversity", "diversity", "{:.2f}"),
    ("M_global", "m_global_last", "{:.4f}"),
    ("L(G)/L(x)", "ratio_last", "{:.2f}"),
    ("k", "k_last", "{:.3f}"),
    ("k at 0", "k_at_0", "{:.2f}"),
    ("k at 1", "k_at_1", "{:.2f}"),
    ("L(G) > L(x)", "overtakes", "{:.3f}"),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=Path, default=ROOT / "logs/began_study")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    runs = read(options.logs)
    if not runs:
        parser.error(f"there is no run in {options.logs}; make them by began_study.py")
    for name, draw in (
        ("began_paths", paths),
        ("began_controller", controller),
        ("began_losses", losses),
    ):
        figure = draw(runs)
        figure.savefig(options.docs / f"{name}.png", dpi=80)
        pyplot.close(figure)
    print(table(runs))


def read(logs):
    """Setting -> its runs: (result, arrays), by seed, without those that diverged."""
    runs = {}
    for name in SETTINGS:
        for path in sorted(logs.glob(f"{name}_[0-9]*.json")):
            if not path.with_suffix(".npz").exists():
                print(f"{path.stem} diverged")
                continue
            with np.load(path.with_suffix(".npz")) as arrays:
                run = json.loads(path.read_text()), dict(arrays)
            runs.setdefault(name, []).append(run)
    return runs


def grid(runs, height):
    columns = min(4, len(runs))
    rows = math.ceil(len(runs) / columns)
    size = (3.2 * columns, height * rows)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=size, layout="constrained", squeeze=False
    )
    for spare in axes.flat[len(runs) :]:
        spare.axis("off")
    return figure, axes.flat


def paths(runs):
    """The way of (L(x), L(G(z))) of each setting's first seed."""
    figure, axes = grid(runs, 3.0)
    for ax, (name, seeds) in zip(axes, runs.items(), strict=False):
        result, arrays = seeds[0]
        real, fake, _ = smooth(arrays["trace"], 10).T
        steps = np.linspace(0, result["steps"], len(real))
        points = ax.scatter(real, fake, c=steps, s=4, cmap="viridis")
        # From the 2nd percentile on, because the first steps are far away.
        high = 1.1 * max(np.percentile(real, 95), np.percentile(fake, 95))
        line = np.array([0.0, high])
        ax.plot(line, line, "k--", lw=0.8, label="L(G) = L(x)")
        ax.plot(line, result["gamma"] * line, "r-", lw=0.8, label="L(G) = gamma L(x)")
        ax.set(title=name, xlabel="L(x)", ylabel="L(G(z))", xlim=(0, high))
        ax.set_ylim(0, high)
    axes[0].legend(loc="upper left", fontsize=7)
    figure.colorbar(points, ax=axes[:], label="step", shrink=0.6)
    return figure


def controller(runs):
    """k_t and M_global of all seeds."""
    figure, axes = grid(runs, 2.4)
    for ax, (name, seeds) in zip(axes, runs.items(), strict=False):
        other = ax.twinx()
        for result, arrays in seeds:
            real, fake, k = arrays["trace"].T
            m_global = real + np.abs(result["gamma"] * real - fake)
            ax.plot(k, color="tab:blue", lw=0.8)
            other.plot(smooth(m_global, 20), color="tab:orange", lw=0.8)
        ax.set(title=name, xlabel="step", ylim=(-0.05, 1.05))
        ax.set_ylabel("k", color="tab:blue")
        other.set_ylabel("M_global", color="tab:orange")
        other.set_ylim(0, None)
    return figure


def losses(runs):
    """Q-Q plots of the losses of single images; the variance ratio over the steps."""
    name = "base" if "base" in runs else next(iter(runs))
    result, arrays = runs[name][0]
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    for ax, kind, title in zip(
        axes, ("real", "fake"), ("L(x)", "L(G(z))"), strict=False
    ):
        for point in sorted({1, len(arrays["points"]) // 2, len(arrays["points"]) - 1}):
            values = np.sort(arrays[kind][point].astype("float64"))
            z = (values - values.mean()) / values.std()
            ax.plot(normal_quantiles(len(z)), z, lw=1.2, label=arrays["points"][point])
        ax.plot([-3, 3], [-3, 3], "k--", lw=0.8)
        ax.set(title=f"{title} of {name}", xlabel="quantile of N(0, 1)")
        ax.set_ylabel("quantile of the standardized loss")
        ax.legend(title="step", fontsize=7)
    colors = pyplot.colormaps["tab20"].colors
    for color, (setting, seeds) in zip(colors, runs.items(), strict=False):
        result, arrays = seeds[0]
        ratios = [point["variance_ratio"] for point in result["points"]]
        axes[2].semilogy(arrays["points"], ratios, color=color, lw=1.0, label=setting)
    axes[2].set(title="variance ratio of equation 2", xlabel="step")
    axes[2].legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def normal_quantiles(n):
    inverse = statistics.NormalDist().inv_cdf
    return np.array([inverse((i + 0.5) / n) for i in range(n)])


def smooth(values, width):
    """Means over windows of `width` steps, along axis 0."""
    width = min(width, len(values))
    sums = np.cumsum(values, axis=0, dtype="float64")
    sums = np.concatenate([np.zeros_like(sums[:1]), sums])
    return (sums[width:] - sums[:-width]) / width


def table(runs):
    """Markdown: the mean over seeds, and the spread of the Frechet distance."""
    rows = [
        "| setting | seeds | " + " | ".join(title for title, *_ in COLUMNS) + " |",
        "|---|---" + "|---" * len(COLUMNS) + "|",
    ]
    for name, seeds in runs.items():
        cells = []
        for _, key, form in COLUMNS:
            numbers = [result[key] for result, _ in seeds]
            cell = form.format(np.mean(numbers))
            if key == "frechet_distance" and len(numbers) > 1:
                cell += " +- " + form.format(np.std(numbers, ddof=1))
            cells.append(cell)
        rows.append(f"| {name} | {len(seeds)} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
