"""Draws the figures of docs/theory.md, and writes their numbers beside them.

    python scripts/draw_theory.py   # in about two minutes

Everything is on the real line, with p_data = N(0, 1), in nats. Equations are those of
Goodfellow et al. 2014 (arXiv 1406.2661).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from matplotlib import pyplot

import kgan
from kgan.objectives.theory_figures import BLACK, BLUE, GRAY, GREEN, draw_game

DOCS = Path(__file__).parents[1] / "docs"
RECIPE = kgan.recipes.get("theory")
SHIFTS = {"identical": 0.0, "shifted": 1.0, "disjoint": 10.0}
STEPS_OF_D = (1, 5, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=DOCS / "theory")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    numbers = {
        "figure_1": figure_1(out / "figure_1.png"),
        "optimal": optimal_discriminators(out / "optimal_discriminator.png"),
        "gradients": gradients(out / "gradients.png"),
        "steps_of_d": steps_of_d(out / "steps_of_d.png"),
    }
    (out / "numbers.json").write_text(json.dumps(numbers, indent=2) + "\n")
    print(json.dumps(numbers, indent=2))


def game(steps_of_d: int | None = None) -> kgan.LineGAN:
    """The game of the recipe, new."""
    options = dict(RECIPE.options)
    if steps_of_d is not None:
        options["discriminator_steps"] = steps_of_d
    recipe = dataclasses.replace(RECIPE, options=options)
    return recipe.build(recipe.open_data())


def batches(size: int) -> tf.data.Dataset:
    return RECIPE.open_data().batches(size, seed=0)


class Recorder(keras.callbacks.Callback):
    """Keeps the state of the game after some of G's updates."""

    def __init__(self, at: list[int]) -> None:
        super().__init__()
        self.at, self.kept = set(at), {}

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._keep(0)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._keep(int(self.model.steps))

    def _keep(self, step: int) -> None:
        if step in self.at:
            self.kept[step] = self.model.on_the_line()


def train(model: kgan.LineGAN, at: list[int]) -> dict[int, object]:
    """Plays until the last step of `at`: step -> the state after it."""
    data = batches(RECIPE.training.batch_size * model.discriminator_steps)
    recorder = Recorder(at)
    epochs, rest = divmod(max(at), data.position.steps)
    model.fit(data, epochs=epochs + bool(rest), callbacks=[recorder], verbose=0)
    return recorder.kept


def figure_1(path: Path) -> dict:
    """Figure 1 (a) to (d): the densities, D and the map z -> x, as the game goes on."""
    model = game()
    data = batches(RECIPE.training.batch_size * model.discriminator_steps)
    end = RECIPE.training.epochs * data.position.steps
    kept = train(model, [0, 10, 60, end])
    figure, axes = pyplot.subplots(1, 4, figsize=(13, 3.4), layout="constrained")
    for axis, letter, (step, state) in zip(axes, "abcd", kept.items(), strict=True):
        draw_game(axis, state)
        axis.set_title(f"({letter}) after {step} updates of G")
    figure.savefig(path, dpi=100)
    return {step: state.numbers() for step, state in kept.items()}


def optimal_discriminators(path: Path) -> dict:
    """Equation 2: for three fixed G's, the D that training finds, and D*."""
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
    numbers = {}
    for axis, (name, shift) in zip(axes, SHIFTS.items(), strict=True):
        state = trained_discriminator(shift).on_the_line()
        numbers[name] = {"shift": shift, **state.numbers()}
        axis.plot(state.x, state.p_data, ":", color=BLACK, lw=2, label="p_data")
        axis.plot(state.x, state.p_g, color=GREEN, label="p_g")
        axis.plot(state.x, state.d_optimal, color=GRAY, lw=3, label="D*")
        axis.plot(state.x, state.d, "--", color=BLUE, label="D, trained")
        view = (state.view[0], max(state.view[1], shift + 3.0))
        axis.set(title=name, xlabel="x", xlim=view, ylim=(-0.05, 1.05))
    axes[0].legend(loc="upper right", frameon=False, fontsize="small")
    figure.savefig(path, dpi=100)
    return numbers


def trained_discriminator(shift: float) -> kgan.LineGAN:
    """The game with G(z) = z + shift, whose D has learned for a long time."""
    # A G without hidden units can be exact.
    model = kgan.LineGAN(generator_hidden=(), seed=0)
    model.generator.set_weights([np.ones((1, 1)), np.full((1,), shift)])
    epochs, size = 40, 2000
    rate = kgan.schedules.Cosine(5e-3, 0.0, images=epochs * 50_000)
    model.compile(
        keras.optimizers.Adam(),
        keras.optimizers.SGD(0.0),
        schedules={"d": {"learning_rate": rate}},
    )
    model.fit(batches(size), epochs=epochs, verbose=0)
    return model


def gradients(path: Path) -> dict:
    """Section 3: the gradient that reaches G, by how sure D is that samples are false.

    A D whose logits are a x + b, with a small slope a: b moves its confidence.
    """
    z = np.random.default_rng(0).normal(size=(4096, 1)).astype("float32")
    generator = kgan.networks.mlp(1, 1, hidden=(32, 32), seed=0)
    losses = {name: kgan.losses.get(name) for name in ("minimax", "non_saturating")}
    biases = np.linspace(-8.0, 4.0, 25)
    slope = 0.01
    norms = {name: [] for name in losses}
    for bias in biases:
        for name, loss in losses.items():
            with tf.GradientTape() as tape:
                logits = slope * generator(z, training=True) + float(bias)
                objective = loss.generator(logits, None)
            parts = tape.gradient(objective, generator.trainable_variables)
            norms[name].append(float(tf.linalg.global_norm(parts)))
    # |dJ / dlogit| times the gradient of the mean logit, of which slope is a factor.
    with tf.GradientTape() as tape:
        mean = tf.reduce_mean(slope * generator(z, training=True))
    scale = float(
        tf.linalg.global_norm(tape.gradient(mean, generator.trainable_variables))
    )
    d = 1.0 / (1.0 + np.exp(-biases))
    analytic = {"minimax": d, "non_saturating": 1.0 - d}
    figure, axis = pyplot.subplots(figsize=(6, 3.6), layout="constrained")
    colours = {"minimax": GREEN, "non_saturating": BLUE}
    for name, values in norms.items():
        axis.plot(d, analytic[name], color=colours[name], label=f"{name}, analytic")
        axis.plot(d, np.array(values) / scale, "o", color=colours[name], ms=4)
    axis.set(xlabel="D(G(z))", ylabel="|gradient at G| / |gradient of the logit|")
    axis.set(xscale="log", yscale="log")
    axis.legend(frameon=False)
    figure.savefig(path, dpi=100)
    measured = {name: np.array(values) / scale for name, values in norms.items()}
    return {
        "d": [d[0], d[-1]],
        **{f"{name}_ends": [v[0], v[-1]] for name, v in measured.items()},
        "largest_relative_error": max(
            float(np.max(np.abs(measured[name] / analytic[name] - 1.0)))
            for name in measured
        ),
    }


def steps_of_d(path: Path) -> dict:
    """Algorithm 1: k updates of D for one of G; how near D stays to D*."""
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
    at = [*range(0, 40, 4), *range(40, 401, 10)]
    numbers = {}
    for k, colour in zip(STEPS_OF_D, (GRAY, BLUE, GREEN), strict=True):
        states = train(game(k), at)
        distance = [s.numbers()["distance_g"] for s in states.values()]
        jsd = [s.numbers()["jsd"] for s in states.values()]
        axes[0].plot(list(states), distance, color=colour, label=f"k = {k}")
        axes[1].plot(list(states), jsd, color=colour, label=f"k = {k}")
        numbers[k] = {
            "mean_distance": float(np.mean(distance)),
            "mean_jsd": float(np.mean(jsd)),
            "last_jsd": jsd[-1],
        }
    axes[0].set(xlabel="updates of G", ylabel="mean |D - D*| under p_g", yscale="log")
    axes[1].set(xlabel="updates of G", ylabel="JSD(p_data, p_g), nats", yscale="log")
    axes[0].legend(frameon=False)
    figure.savefig(path, dpi=100)
    return numbers


if __name__ == "__main__":
    main()
