"""Draws docs/parzen_curve.png from docs/parzen_curve.csv (needs matplotlib).

A row of the CSV is an epoch of the recipe gan_mnist_parzen: the Parzen log-likelihood
in nats of the first 1,000 images of train[50000:], of 10,000 samples of the averaged
generator and of 10,000 of the one that is trained.
"""

import csv
from pathlib import Path

from matplotlib import pyplot

DOCS = Path(__file__).parents[1] / "docs"
# Of the same 1,000 images: 10,000 training images as centres, sigma .167.
REAL = 246.7


def main():
    with (DOCS / "parzen_curve.csv").open() as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    epochs = [row["epoch"] for row in rows]
    figure, axes = pyplot.subplots(figsize=(6.4, 4.0), layout="constrained")
    axes.plot(epochs, [row["averaged"] for row in rows], label="averaged generator")
    axes.plot(epochs, [row["raw"] for row in rows], label="the generator itself")
    axes.axhline(REAL, ls="--", color="gray", label="real training images")
    axes.axhline(225, ls=":", color="black", label="published, on the test set")
    axes.set(
        xlabel="epoch",
        ylabel="Parzen log-likelihood, validation (nats)",
        ylim=(0, 260),
        xlim=(1, epochs[-1]),
    )
    axes.legend(loc="lower right")
    figure.savefig(DOCS / "parzen_curve.png", dpi=100)


if __name__ == "__main__":
    main()
