"""Figures of the theory of 2014 (arXiv 1406.2661), drawn by matplotlib."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, GREEN, BLACK, GRAY = "#1f5fbf", "#1a8f3c", "#111111", "#999999"


def figure_1(game: Any) -> Figure:
    """Figure 1: the two densities and D above the map from z to x, and D beside D*.

    Args:
        game: a `kgan.models.line.OnTheLine`.
    """
    figure = Figure(figsize=(8.4, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True)
    draw_game(left, game)
    right.plot(game.x, game.d, "--", color=BLUE, label="D(x)")
    right.plot(game.x, game.d_optimal, color=BLACK, lw=1, label="D*(x)")
    numbers = game.numbers()
    right.set(
        ylim=(-0.05, 1.05),
        xlabel="x",
        title=f"V = {numbers['value']:.3f}, at D* {numbers['optimal_value']:.3f} nats",
    )
    right.legend(loc="lower right", frameon=False)
    return figure


def draw_game(axes: Any, game: Any) -> None:
    """One panel of figure 1: p_data dotted, p_g solid, D dashed, z -> x below."""
    x, top = game.x, 1.15 * max(1.0, 1.2 * game.p_data.max())
    axes.plot(x, game.p_data, ":", color=BLACK, lw=2, label="p_data")
    axes.plot(x, game.p_g, color=GREEN, lw=1.5, label="p_g")
    axes.plot(x, game.d, "--", color=BLUE, label="D")
    # Evenly spaced latents, below, and where G sends them.
    low, high = -0.75 * top, -0.35 * top
    left, right = game.view
    middle, scale = (left + right) / 2.0, (right - left) / (game.z[-1] - game.z[0])
    evenly = np.linspace(-2.5, 2.5, 21)
    for z, g in zip(evenly, np.interp(evenly, game.z, game.g), strict=True):
        axes.annotate(
            "",
            (g, high),
            (middle + scale * z, low),
            arrowprops={"arrowstyle": "->", "color": GRAY, "lw": 0.7},
            annotation_clip=False,
        )
    for y, name in ((low, "z"), (high, "x")):
        axes.plot([left, right], [y, y], color=BLACK, lw=0.8)
        axes.annotate(name, (right, y), (3, -3), textcoords="offset points")
    axes.set(xlim=game.view, ylim=(low - 0.05 * top, top), yticks=[0.0, 0.5, 1.0])
    axes.legend(loc="upper right", frameon=False, ncols=3, fontsize="small")


def pixels(figure: Figure) -> np.ndarray:
    """A figure as uint8 [height, width, 3]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
