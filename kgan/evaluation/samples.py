"""Where generated examples come from: a run, a `.keras` file, an export, a model."""

import hashlib
import math
from pathlib import Path

import numpy as np

from kgan import seeds
from kgan.callbacks.interpolation import interpolation_grid
from kgan.evaluation.export import about_export, open_export
from kgan.evaluation.server import open_server
from kgan.images import to_uint8
from kgan.recipes.loading import is_run, load_file, open_run, run_of, saved_recipe
from kgan.serving.client import is_address

# Examples drawn by one seed, fewer if they are large: as much as exports answer at a
# time. Part of what a seed of `draw` means.
_BLOCK, _BLOCK_BYTES = 500, 2**28
WEIGHTS = ("auto", "ema", "raw")


class Samples:
    """A generator that is only asked for examples.

    Attributes:
        source: where it is, as text.
        kind: "run", "keras", "savedmodel", "server" or "model".
        weights: "EMA", "raw", "as exported" or "as served".
        image_shape: the shape of one example.
        trained: what is known of its training: recipe, model, epoch, steps.
        data: the `kgan.recipes.Data` it was trained on, or None.
    """

    def __init__(
        self, source, kind, weights, image_shape, trained, data, block, walk=None
    ):
        self.source = str(source)
        self.kind = kind
        self.weights = weights
        self.image_shape = tuple(image_shape)
        self.trained = trained
        self.data = data
        self._block = block
        self._walk = walk

    def draw(self, count, seed=0):
        """The first `count` examples of `seed`, the same ones from run and export.

        Args:
            count: how many, at least 1.
            seed: integer >= 0.

        Returns:
            uint8 [count, height, width, channels], as they would be in files; float32
            [count, d] where examples are points.

        Raises:
            ValueError: for other numbers, or a generator that makes NaN or infinity.
        """
        if count < 1 or seed < 0:
            raise ValueError(
                f"Expected count >= 1 and seed >= 0. Received: {count} and {seed}."
            )
        # Up to a block, what `generate` and an export's `sample` make of the seed.
        numbers = seeds.of_blocks(seed)
        parts = []
        size = max(1, min(_BLOCK, _BLOCK_BYTES // math.prod(self.image_shape)))
        for start in range(0, count, size):
            part = self._block(min(size, count - start), next(numbers))
            if part.dtype != np.uint8 and not np.isfinite(part).all():
                raise ValueError(
                    f"The generator of {self.source} makes NaN or infinite values: its "
                    "training diverged. Go back to an earlier state."
                )
            is_float_image = part.ndim == 4 and part.dtype != np.uint8
            parts.append(to_uint8(part) if is_float_image else part)
        return np.concatenate(parts)

    def walk(self, rows, steps, seed=0):
        """Ways through the space of latents, as one picture.

        Args:
            rows: pairs of latents.
            steps: images from one to the other, at least 2.
            seed: integer >= 0, fixes the pairs.

        Returns:
            uint8 [height, width, channels], a row for each pair.

        Raises:
            ValueError: for other numbers, or an export that cannot do it.
        """
        if rows < 1 or steps < 2 or seed < 0:
            raise ValueError(
                "Expected rows >= 1, steps >= 2 and seed >= 0. "
                f"Received: {rows}, {steps} and {seed}."
            )
        return self._walk(rows, steps, seed)

    def about(self, count, seed, examples):
        """What a result says of examples drawn from here."""
        return {
            "source": self.source,
            "kind": self.kind,
            "weights": self.weights,
            **self.trained,
            "count": count,
            "seed": seed,
            "sha256": hashlib.sha256(np.ascontiguousarray(examples)).hexdigest(),
        }


def open_samples(source, weights="auto"):
    """The `Samples` of a path or a model.

    Args:
        source: the directory of a training run, a `.keras` file, the directory of an
            exported SavedModel, the address of a server (see
            `kgan.evaluation.server`), or a `GAN`.
        weights: "ema" for the averaged generator, "raw" for the trained one, "auto"
            for the averaged one if there is one.

    Raises:
        ValueError: if there is nothing such, or it has no such weights.
        kgan.serving.ServerError: if a server refuses, fails or cannot be reached.
    """
    if weights not in WEIGHTS:
        raise ValueError(
            f"Expected weights to be {', '.join(WEIGHTS)}. Received: {weights!r}."
        )
    if hasattr(source, "generate"):
        return of_model(source, "model", source.name, weights)
    if is_address(str(source)):
        _check_one_set(source, weights)
        block, walk, shape, source = open_server(source)
        return Samples(source, "server", "as served", shape, {}, None, block, walk)
    path = Path(source)
    if is_run(path):
        run = open_run(path)
        trained = {"recipe": run.recipe.name, "epoch": run.epoch, "batch": run.batch}
        return of_model(run.model, "run", path, weights, trained, run.recipe.data)
    if path.suffix == ".keras" and path.is_file():
        model, learned = load_file(path), {}
        run = run_of(path)
        if run is not None:
            # Such as the best.keras of a run.
            recipe = saved_recipe(run)
            learned = {"trained": {"recipe": recipe.name}, "data": recipe.data}
        return of_model(model, "keras", path, weights, **learned)
    if (path / "saved_model.pb").is_file():
        _check_one_set(path, weights)
        block, walk, shape = open_export(path)
        label, trained, data = about_export(path)
        return Samples(path, "savedmodel", label, shape, trained, data, block, walk)
    raise ValueError(
        "Expected the directory of a training run (logs/dcgan/001), a .keras file, "
        "the directory of one version of an export (export/dcgan/1), or the address of "
        "a server (http://localhost:8501, grpc://localhost:8500). "
        f"Received: {path}, {_what_is(path)}."
    )


def _check_one_set(source, weights):
    if weights != "auto":
        raise ValueError(
            "An export holds one set of weights. Leave weights out. "
            f"Received: weights={weights!r} for {source}."
        )


def of_model(model, kind, source, weights="auto", trained=None, data=None):
    """The `Samples` of a `GAN`; arguments as in `open_samples` and `Samples`."""
    averaged = getattr(model, "ema_generator", None) is not None
    if weights == "ema" and not averaged:
        raise ValueError(
            f"{source} has no averaged generator: it was trained with ema_decay=None. "
            "Leave weights out, or take raw."
        )
    use_raw = weights == "raw" and averaged
    trained = {"model": type(model).__name__, "steps": _steps(model), **(trained or {})}

    def with_weights(make):
        def chosen(*args):
            if not use_raw:
                return make(*args)
            # Not another network: the model may have compiled the way through this one.
            average = model.ema_generator
            kept = average.get_weights()
            average.set_weights(model.generator.get_weights())
            try:
                return make(*args)
            finally:
                average.set_weights(kept)

        return chosen

    return Samples(
        source,
        kind,
        "EMA" if averaged and not use_raw else "raw",
        model.image_shape,
        trained,
        data,
        with_weights(lambda count, seed: model.generate(count, seed=seed)),
        with_weights(lambda *args: interpolation_grid(model, *args)),
    )


def _steps(model):
    optimizer = getattr(model, "g_optimizer", None)
    return None if optimizer is None else int(optimizer.iterations.numpy())


def _what_is(path):
    if not path.exists():
        return "which does not exist"
    if path.is_file():
        return "a file of another kind"
    if any((p / "saved_model.pb").is_file() for p in path.glob("*")):
        return "a directory of versions; name one of them"
    return "a directory without config.json or saved_model.pb"
