"""VAE, DCGAN, VAE/GAN and BEGAN at equal budget: trains each for the same time.

    python scripts/equal_budget.py                    # all, 90 s each: 20 min
    python scripts/equal_budget.py --models dcgan --data mnist --seconds 20
    python scripts/equal_budget.py --draw             # the table and picture alone

A model that has its .json in --logs is left alone, so the comparison continues where it
was interrupted. The time counts from the end of the first step, which compiles. The
table is of one computer: give each model the same cores.
"""

import argparse
import dataclasses
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from matplotlib import pyplot

import kgan
from kgan.spaces.images import tile, to_uint8

DOCS = Path(__file__).parents[1] / "docs"
SAMPLES, DIVERSITY, SHOWN = 10_000, 1_000, 32
# Recipe -> what differs from it here: networks of DCGAN's shape and one width.
MODELS = {
    "vae_dcgan": {"width": 32, "latent_dim": 32, "likelihood": "bernoulli"},
    "dcgan": {"width": 32, "latent_dim": 100},
    "vaegan": {"width": 32},
    "began": {},
}
SETS = ("mnist", "fashion_mnist")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=[*MODELS])
    parser.add_argument("--data", nargs="+", choices=SETS, default=[*SETS])
    parser.add_argument("--data-dir")
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--logs", type=Path, default=Path("logs/equal_budget"))
    parser.add_argument("--draw", action="store_true")
    options = parser.parse_args()
    options.logs.mkdir(parents=True, exist_ok=True)
    if not options.draw:
        for data in options.data:
            for name in options.models:
                path = options.logs / f"{data}_{name}"
                if not path.with_suffix(".json").exists():
                    run(name, data, options, path)
    draw(options.logs)


def run(name, data, options, path):
    recipe = kgan.recipes.get(name)
    recipe = dataclasses.replace(
        recipe,
        options={**recipe.options, **MODELS[name]},
        data=kgan.recipes.Data(data, data_dir=options.data_dir),
    )
    keras.backend.clear_session()
    source = recipe.open_data()
    model = recipe.build(source)
    batch_size = recipe.training.batch_size
    budget = Budget(options.seconds)
    batches = source.batches(recipe.examples_a_step, seed=0)
    model.fit(batches, epochs=1000, callbacks=[budget], verbose=0)
    samples = model.generate(DIVERSITY, seed=0)
    model.save(path.with_suffix(".keras"))
    result = {
        "model": type(model).__name__,
        "data": data,
        "seconds": round(budget.seconds, 1),
        "images": int(model.images),
        "steps": int(model.steps),
        "batch_size": batch_size,
        "parameters": sum(n.count_params() for n in model.networks),
        **scores(path.with_suffix(".keras"), recipe.data, source, samples),
    }
    np.save(path.with_suffix(".npy"), to_uint8(samples[:SHOWN]))
    path.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result), flush=True)


class Budget(keras.callbacks.Callback):
    """Stops after so many seconds, counted from the end of the first step."""

    def __init__(self, seconds):
        super().__init__()
        self.limit, self.start, self.seconds = seconds, None, 0.0

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        self.start = self.start or now
        self.seconds = now - self.start
        if self.seconds >= self.limit:
            self.model.stop_training = True


def scores(path, data, source, samples):
    """Scores of 10,000 samples by LeNet features; diversity of pixels against real."""
    evaluation = kgan.evaluation.Evaluation(
        data, ("frechet_distance", "precision_recall"), samples=SAMPLES
    )
    measured = evaluation.run(path).scores
    sets = source.some(DIVERSITY), samples
    real, made = (source.space.vectors(x[:DIVERSITY]) for x in sets)
    width = kgan.health.bandwidth(real)
    number = kgan.health.effective_number
    names = ("frechet_distance", "precision", "recall")
    return {
        **{name: measured[name]["value"] for name in names},
        "frechet_error": measured["frechet_distance"]["error"],
        "diversity": number(made, width) / number(real, width),
    }


def draw(logs):
    """Prints the table, and writes docs/equal_budget.png."""
    results = {path.stem: json.loads(path.read_text()) for path in logs.glob("*.json")}
    header = "data | model | Frechet | precision | recall | diversity"
    header += " | seconds | images | parameters"
    print(f"| {header} |\n{'|---' * 9}|")
    for data in SETS:
        for name in MODELS:
            if r := results.get(f"{data}_{name}"):
                cells = [data, r["model"], f"{r['frechet_distance']:.2f}"]
                cells += [f"{r[k]:.3f}" for k in ("precision", "recall", "diversity")]
                cells += [f"{r['seconds']:.0f}"]
                cells += [f"{r[k]:,}" for k in ("images", "parameters")]
                print("| " + " | ".join(cells) + " |")
    columns = [name for name in MODELS if any(k.endswith(name) for k in results)]
    figure, axes = pyplot.subplots(
        2, len(columns), figsize=(3.1 * len(columns), 3.4), squeeze=False
    )
    for row, data in zip(axes, SETS, strict=True):
        for ax, name in zip(row, columns, strict=True):
            ax.axis("off")
            if r := results.get(f"{data}_{name}"):
                ax.set_title(f"{r['model']}: {r['frechet_distance']:.1f}", fontsize=10)
                ax.imshow(tile(np.load(logs / f"{data}_{name}.npy"), 8), "gray")
    figure.tight_layout()
    figure.savefig(DOCS / "equal_budget.png", dpi=90)


if __name__ == "__main__":
    main()
