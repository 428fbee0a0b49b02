"""What a recipe holds."""

import dataclasses
import logging
from typing import TYPE_CHECKING, Any, Literal

from kgan.system.chemistry import ATOMS

if TYPE_CHECKING:
    from kgan.core.game import Game
    from kgan.data import Source

_log = logging.getLogger("kgan")


@dataclasses.dataclass(frozen=True)
class Training:
    """How long a model trains, and with which settings.

    Example:
        >>> kgan.recipes.Training(epochs=3).batch_size
        64

    Raises:
        ValueError: for epochs, batch_size or steps_per_execution below 1.
    """

    epochs: int = 10
    """Passes over the data."""
    batch_size: int = 64
    """Real examples per update of D."""
    seed: int = 0
    """Fixes initial weights, data order, latents and dropout."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Number format of the networks; weights, losses and averages stay float32."""
    jit: bool = False
    """Compile the step by XLA: faster on GPUs, with the same random numbers."""
    steps_per_execution: int = 1
    """Steps per call of TensorFlow; must divide the steps of an epoch."""
    devices: str = "auto"
    """auto, cpu:N, gpu:0,1, multiworker (TF_CONFIG), slurm, tpu. Changes no result."""
    local_batch_norm: bool = False
    """On several replicas, normalize by the replica's own part of the batch."""
    on_nan: Literal["stop", "roll_back"] = "stop"
    """Stop, or go back to the last checkpoint with learning rates a quarter as high."""

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "steps_per_execution"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"Expected {name} >= 1. Received: {getattr(self, name)}."
                )


@dataclasses.dataclass(frozen=True)
class Data:
    """The data that a model learns from.

    Example:
        >>> kgan.recipes.Data("stacked_mnist").split
        'train'
    """

    data: str = "mnist_10k"
    """The embedded set, a TFDS name or directory, a folder, .zip, .tar or .npz of
    images; stacked_mnist; molecules, or a .smi or .smi.gz file of SMILES."""
    split: str = "train"
    """Split of a TFDS set, such as train[:50000], or the subfolder of that name."""
    validation: str | None = None
    """Split to evaluate after each epoch, such as test."""
    image_size: int | None = None
    """Crop at the centre and resize to this many pixels per side."""
    channels: int | None = None
    """Convert to 1 (gray), 3 (RGB) or 4 (RGBA) channels."""
    data_dir: str | None = None
    """Where TFDS sets are. Default: TFDS_DATA_DIR, ~/tensorflow_datasets."""
    skip_corrupt: bool = False
    """Leave out and count files that are not images, and lines that are not SMILES."""
    labels: bool = False
    """Learn from the classes too: of a set with labels, or of one subfolder each."""
    normal: tuple[str, ...] = ()
    """Names or numbers of the classes that are normal: learn from their examples alone,
    and score all others as anomalous."""
    target: str | None = None
    """Targets of pairs: a second folder, a split such as trainB, or left or right for
    images with source and target side by side."""
    paired: bool = True
    """Whether source i belongs to target i, in folders by equal names."""
    degradation: Literal["gray", "downscale2", "downscale4", "mask"] | None = None
    """Make the source of a pair from each image, which is the target."""
    flip: bool = False
    """Mirror images at random, both of a pair alike."""
    crop: int | None = None
    """Crop this many pixels per side at random, of both images of a pair alike."""
    nodes: int = 9
    """Of molecules: leave out those of more atoms, not counting hydrogen."""
    atoms: tuple[str, ...] = ATOMS
    """Of molecules: leave out those with other elements, except for hydrogen."""

    def __post_init__(self) -> None:
        # A list, as JSON has it, or whole numbers.
        normal = tuple(str(name) for name in self.normal)
        object.__setattr__(self, "normal", normal)
        object.__setattr__(self, "atoms", tuple(self.atoms))

    def target_of(self, split: str) -> str | None:
        """Where the targets of a split are.

            >>> data = kgan.recipes.Data("photos", split="trainA", target="trainB")
            >>> data.target_of("testA")
            'testB'

        Args:
            split: a split of the sources.
        """
        target = self.target
        if target and target[:-1] == self.split[:-1] and split != self.split:
            return split[:-1] + target[-1]
        return target

    @property
    def of_two_sets(self) -> bool:
        """Whether targets are another set, and not a part of the sources' set.

        >>> kgan.recipes.Data("labels", target="photos").of_two_sets
        True
        >>> kgan.recipes.Data("photos", split="trainA", target="trainB").of_two_sets
        False
        """
        parts = ("left", "right", self.split[:-1] + (self.target or "")[-1:])
        return self.target is not None and self.target not in parts

    @property
    def own(self) -> str:
        """Options that name a user's own data of this kind.

        >>> kgan.recipes.Data("facades", degradation="gray").own
        '--data photos.tar --image-size 64 (a folder, .zip or .tar of images in color)'
        """
        if self.target and self.paired:
            return (
                "--data pairs.tar --target left (side by side), or --data sources "
                "--target targets (two folders, equal names)"
            )
        if self.target:
            return (
                "--data horses --target zebras (two folders), or --data horse2zebra "
                "--split trainA --target trainB --validation testA"
            )
        if self.degradation:
            from kgan.data import degradations

            return degradations.get(self.degradation).own
        if self.normal:
            held_out = " --validation val" if self.validation else ""
            return (
                f"--data parts --split train{held_out} --normal good --image-size 64 "
                "(subfolders train/good, ...)"
            )
        classes = ", one subfolder per class" * self.labels
        return f"--data photos.tar --image-size 64 (a folder, .zip or .tar{classes})"

    def open_validation(self) -> "Source | None":
        """The `kgan.data.Source` of the split `validation`.

            >>> kgan.recipes.Data("facades", validation="test").open_validation().size
            200

        Returns:
            None if no split is named, or if the data have no splits.

        Raises:
            ValueError: if the data have other splits alone; as `open`.
        """
        from kgan.data.opening import splits_of

        split = self.validation
        if split is None:
            return None
        splits = splits_of(self.data, self.data_dir)
        if not splits:
            _log.warning(
                "kgan: no validation, because %s has no splits, such as %r",
                self.data,
                split,
            )
            return None
        if split.isidentifier() and split not in splits:
            raise ValueError(
                f"Expected a split of {self.data} for validation: {', '.join(splits)}. "
                f"Received: validation={split!r}. Choose one of them, or none "
                "(--validation None)."
            )
        return self.open(split)

    def open(self, split: str | None = None) -> "Source":
        """The `kgan.data.Source` of these data.

            >>> kgan.recipes.Data("grid").open().size
            100000

        Args:
            split: a split of them. Default: `split`.

        Raises:
            ValueError: as for `kgan.data.open_source`.
        """
        from kgan.data import open_source

        split = split or self.split
        options = dataclasses.asdict(self)
        del options["data"], options["validation"]
        options |= {"split": split, "target": self.target_of(split)}
        return open_source(self.data, **options)


@dataclasses.dataclass(frozen=True)
class Published:
    """A number that a paper or another implementation reports.

        >>> kgan.recipes.get("dcgan_stacked_mnist").published[0].value
        '99 modes, KL 3.40'

    Attributes:
        what: the kind of number, or the model.
        value: the number with its unit.
        source: the paper, with its arXiv id, or the implementation.
    """

    what: str
    value: str
    source: str


@dataclasses.dataclass(frozen=True)
class Recipe:
    """An experiment: model, data, optimizers, length, and published numbers.

        >>> recipe = kgan.recipes.get("dcgan")
        >>> recipe.build(recipe.open_data("train[:1%]")).image_shape
        (28, 28, 1)

    Attributes:
        name: the name of the recipe for train.py.
        title: one line.
        paper: authors, year and arXiv id.
        model: the name of a class in `kgan.models`, or "module:Class" for one of your
            own.
        options: arguments of this class, except those that the data decide, see
            `kgan.Game.data_arguments`, and `seed`, which comes from `training`. A value
            here stands before that of the data.
        optimizers: one for each player, {"d": {...}, "g": {...}}: `name`, a name for
            `keras.optimizers.get`, and the arguments of the optimizer.
        schedules: numbers of optimizers that follow the images seen, as for
            `Game.compile`, each written as for `kgan.schedules.get`:
            {"g": {"learning_rate": {"name": "linear", "start": 1e-3, ...}}}.
        starts_from: whose networks the model starts with: the name of a recipe, for
            its newest run; the directory of a run; or a .keras file. None for new
            networks. See `kgan.runs.starting`.
        training: how long the model trains, and with which settings.
        data: the data that the model learns from.
        published: numbers to compare with.
        metrics: the names of the scores, in training and in `kgan reproduce`; empty
            for the default scores.
        samples: how many generated examples `kgan reproduce` scores.
        figures: the script of a checkout that draws the figures of the recipe's page,
            which `kgan reproduce` runs; None for none.
    """

    name: str
    title: str
    paper: str
    model: str
    options: dict[str, Any]
    optimizers: dict[str, dict[str, Any]]
    schedules: dict[str, Any] = dataclasses.field(default_factory=dict)
    starts_from: str | None = None
    training: Training = Training()
    data: Data = Data()
    published: tuple[Published, ...] = ()
    metrics: tuple[str, ...] = ()
    samples: int = 10_000
    figures: str | None = None

    def open_data(self, split: str | None = None) -> "Source":
        """The `kgan.data.Source` of the recipe.

        Args:
            split: a split of the data. Default: the split of the recipe.

        Raises:
            ValueError: as for `kgan.data.open_source`.
        """
        return self.data.open(split)

    def build(self, source: "Source") -> "Game":
        """The compiled model for examples of `source`, under the current strategy.

        Its networks are new: `kgan.runs.starting` reads `starts_from`.

        Raises:
            ValueError: if the networks cannot make examples of this shape, a batch of
                the data has other parts than the model takes, or a player has no
                optimizer.
        """
        from kgan.recipes.building import build

        return build(self, source)

    @property
    def examples_a_step(self) -> int:
        """Examples per training step: `batch_size` for each of D's k updates."""
        return self.training.batch_size * self.options.get("discriminator_steps", 1)
