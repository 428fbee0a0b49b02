"""What a recipe holds."""

import dataclasses
from typing import Any, Literal


@dataclasses.dataclass(frozen=True)
class Training:
    """How long, in what order."""

    epochs: int = 10
    """Passes over the data."""
    batch_size: int = 64
    """Real examples that one update of D sees."""
    seed: int = 0
    """Fixes initial weights, data order, latents and dropout."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """The networks' arithmetic; weights, losses and averages stay float32."""
    jit: bool = False
    """Compile the step by XLA: faster on GPUs; the same random numbers."""
    steps_per_execution: int = 1
    """Steps that TensorFlow makes before Python looks; divides those of an epoch."""
    devices: str = "auto"
    """auto, cpu:N, gpu:0,1, multiworker (TF_CONFIG), slurm, tpu. Changes no number."""
    local_batch_norm: bool = False
    """On several replicas, normalize by each one's own part of the batch."""
    on_nan: Literal["stop", "roll_back"] = "stop"
    """Stop, or go back to the last checkpoint with learning rates a quarter as high."""

    def __post_init__(self):
        for name in ("epochs", "batch_size", "steps_per_execution"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"Expected {name} >= 1. Received: {getattr(self, name)}."
                )


@dataclasses.dataclass(frozen=True)
class Data:
    """What to learn from."""

    data: str = "mnist_10k"
    """The embedded set, a TFDS name or directory, a folder of images; stacked_mnist."""
    split: str = "train"
    """Split of a TFDS set, such as train[:50000]."""
    validation: str | None = None
    """Split to evaluate after each epoch, such as test."""
    image_size: int | None = None
    """Crop at the centre and resize to this many pixels a side."""
    channels: int | None = None
    """Convert to 1 (gray), 3 (RGB) or 4 (RGBA) channels."""
    data_dir: str | None = None
    """Where TFDS sets are; else TFDS_DATA_DIR, ~/tensorflow_datasets."""
    skip_corrupt: bool = False
    """Leave out files of a folder that are no images, and count them."""


@dataclasses.dataclass(frozen=True)
class Published:
    """A number that a paper or another implementation reports."""

    what: str
    value: str
    source: str


@dataclasses.dataclass(frozen=True)
class Recipe:
    """An experiment: model, data, optimizers, length, and what was published of it.

    Attributes:
        name: what train.py calls it.
        title: one line.
        paper: authors, year and arXiv id.
        model: the name of a class in `kgan.models`.
        options: its arguments; `image_shape` and `seed` come from the data and
            `training`.
        d_optimizer, g_optimizer: `name`, as `keras.optimizers.get` knows it, and the
            optimizer's arguments.
        from_data: arguments that are taken from the data source, by method name.
        metrics: what it is scored by, in training and by `kgan reproduce`; none for the
            usual ones.
        samples: how many generated examples `kgan reproduce` scores.
    """

    name: str
    title: str
    paper: str
    model: str
    options: dict[str, Any]
    d_optimizer: dict[str, Any]
    g_optimizer: dict[str, Any]
    training: Training = Training()
    data: Data = Data()
    from_data: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    metrics: tuple[str, ...] = ()
    samples: int = 10_000

    def open_data(self, split=None):
        """The `kgan.data.Source`, of another split if given."""
        from kgan.data import open_source

        data = self.data
        return open_source(
            data.data,
            split=split or data.split,
            image_size=data.image_size,
            channels=data.channels,
            data_dir=data.data_dir,
            skip_corrupt=data.skip_corrupt,
        )

    def build(self, source):
        """The compiled model for examples of `source`, under the current strategy.

        Raises:
            ValueError: if the networks cannot make such examples.
        """
        import keras

        import kgan

        policy = self.training.precision
        if policy != "float32":
            policy = f"mixed_{policy}"
        keras.config.set_dtype_policy(policy)
        model = getattr(kgan.models, self.model)(
            image_shape=source.image_shape,
            seed=self.training.seed,
            synchronized=not self.training.local_batch_norm,
            **self.options,
            **{name: getattr(source, name)() for name in self.from_data},
        )
        model.compile(
            _optimizer(self.d_optimizer),
            _optimizer(self.g_optimizer),
            jit_compile=self.training.jit,
            steps_per_execution=self.training.steps_per_execution,
        )
        return model

    @property
    def examples_a_step(self):
        """The batch size of the data: each of k updates of D sees `batch_size`."""
        return self.training.batch_size * self.options.get("discriminator_steps", 1)


def _optimizer(config):
    import keras

    arguments = {key: value for key, value in config.items() if key != "name"}
    return keras.optimizers.get({"class_name": config["name"], "config": arguments})
