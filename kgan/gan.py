"""The adversarial game: the one training step of every GAN here."""

import contextlib

import keras
import tensorflow as tf

from kgan import averaging, losses, random, seeds
from kgan import latents as priors
from kgan.backend import require_tensorflow
from kgan.batch import Batch, cut, unpack
from kgan.checks import (
    check_images,
    check_networks,
    check_numbers,
    check_optimizers,
)
from kgan.data.pipeline import InOrder
from kgan.distribute import (
    check_steps_per_execution,
    check_xla,
    several_machines,
)
from kgan.sampling import Sampled
from kgan.saving import SavedWhole
from kgan.terms import TermMeans

require_tensorflow()


@keras.saving.register_keras_serializable("kgan")
class GAN(Sampled, SavedWhole):
    """Generator against discriminator: algorithm 1 of Goodfellow et al. 2014.

    One training step (arXiv 1406.2661, algorithm 1) is

        k times:  draw real examples x and latents z,
                  D descends its loss;
        once:     G descends its loss,

    each side under its own gradient tape, with its own optimizer. The batch that `fit`
    delivers is cut in k parts, so that each update of D sees fresh real examples: give
    the data a batch size of k times what one update shall see.

    Shared: G does not change between the last update of D and its own, so G's update
    takes up that same forward pass, latents included, instead of drawing anew. With
    k = 1 a step runs G once. The two updates' latents are therefore the same draw,
    where algorithm 1 makes two; D judges the fakes again, with its new weights.

    Separate: a side's update changes that side alone. In G's update D runs in training
    mode, but its moving statistics stay.

    A new GAN overrides `discriminator_loss` and `generator_loss`; rarely `play`,
    `sample_latents`, `generator_variables`, `discriminator_variables`, `after_step`.

    Logs, averaged over the epoch: `d_loss`, `g_loss`; `d/<term>`, `g/<term>` where a
    side has several terms; and what the loss says of the game, for log-odds
    `value` = V(D, G) and `jsd` = (V + log 4) / 2 in nats, `d_real` = mean D(x) and
    `d_fake` = mean D(G(z)).

    Args:
        generator: `keras.Model`, latents [batch, latent_dim] -> [batch, *image_shape].
        discriminator: `keras.Model`, [batch, *image_shape] -> logits [batch, ...].
        loss: a name, config or instance, see `kgan.losses.get`.
        latent_prior: a name, config or instance, see `kgan.latents.get`.
        discriminator_steps: k, at least 1.
        ema_decay: in (0, 1), or None. If given, `ema_generator` follows the generator's
            weights and buffers as w_ema <- d w_ema + (1 - d) w, with
            d = min(ema_decay, (1 + t) / (ema_ramp + t)) at step t so that the first
            steps are forgotten; `generate` and `export` use it.
        ema_ramp: above 1. Until `ema_decay` limits it, the average reaches back over
            the last t / (ema_ramp - 1) steps or so: the polynomial-decay averaging of
            Shamir and Zhang 2013 (arXiv 1212.1824), their eta being ema_ramp - 2. With
            2 it is the plain mean of all steps.
        synchronized: whether batch normalization takes its moments over all replicas,
            as one device would; if not, over each replica's part of the batch.
        seed: integer. Fixes the latents; subclasses that build their networks fix the
            initial weights and dropout by it too.

    Raises:
        ValueError: if an argument is out of range, or the networks do not fit together.
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        loss="non_saturating",
        latent_prior="normal",
        discriminator_steps=1,
        ema_decay=None,
        ema_ramp=10.0,
        synchronized=True,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_networks(generator, discriminator)
        check_numbers(discriminator_steps, ema_decay, ema_ramp)
        self.generator = generator
        self.discriminator = discriminator
        self.objective = losses.get(loss)
        self.latent_prior = priors.get(latent_prior)
        self.discriminator_steps = discriminator_steps
        self.ema_decay = ema_decay
        self.ema_ramp = ema_ramp
        self.synchronized = synchronized
        self.seed = seed
        _synchronize(generator, synchronized)
        _synchronize(discriminator, synchronized)
        self.latent_seeds = keras.random.SeedGenerator(seeds.derive(seed, "latents"))
        # Evaluation draws its own latents, so that looking changes no training run.
        self.test_seeds = keras.random.SeedGenerator(seeds.derive(seed, "test"))
        self.terms = TermMeans(name="terms")
        self.ema_generator = None if ema_decay is None else averaging.copy_of(generator)
        # `callbacks.Checkpoint` hears by it of a signal to another machine.
        self.stop_vote = None
        # Keras would otherwise build the model by calling it on images.
        self.built = True

    # The networks

    @property
    def image_shape(self):
        """The shape of one example, without the batch."""
        return tuple(self.discriminator.input_shape[1:])

    def generator_variables(self):
        """What G's update changes."""
        return self.generator.trainable_variables

    def discriminator_variables(self):
        """What D's update changes."""
        return self.discriminator.trainable_variables

    # The game

    def sample_latents(self, batch_size, training=True):
        """z ~ p_z for one replica's part of a batch.

        Every replica draws the latents of the global batch from the same seed and takes
        its own rows, so that they do not depend on the number of replicas.

        Returns:
            [batch_size, latent_dim], float32.
        """
        seed = self.latent_seeds if training else self.test_seeds
        replica = tf.distribute.get_replica_context()
        shape = (batch_size * replica.num_replicas_in_sync, self.latent_dim)
        z = self.latent_prior.sample(shape, seed)
        if replica.num_replicas_in_sync == 1:
            return z
        first = replica.replica_id_in_sync_group * batch_size
        return z[first : first + batch_size]

    def play(self, data, training):
        """Draws latents and lets G answer `data`.

        Args:
            data: (images, labels), the labels being None if there are none.

        Returns:
            A `Batch`.

        Raises:
            ValueError: if the images are not of the discriminator's shape.
        """
        real, labels = data
        check_images(real, self.image_shape, assertions=self.jit_compile is not True)
        latents = self.sample_latents(keras.ops.shape(real)[0], training)
        fake = self.generator(latents, training=training)
        return Batch(real, fake, latents, labels, training)

    def discriminator_loss(self, batch):
        """The terms that D minimises, by name: scalars, means over the batch."""
        # Two passes: real and fake examples have batch statistics of their own.
        real_logits = self.discriminator(batch.real, training=batch.training)
        fake_logits = self.discriminator(batch.fake, training=batch.training)
        self.terms.update(self.objective.monitor(real_logits, fake_logits))
        return {"adversarial": self.objective.discriminator(real_logits, fake_logits)}

    def generator_loss(self, batch):
        """The terms that G minimises, by name: scalars, means over the batch."""
        fake_logits = self.discriminator(batch.fake, training=batch.training)
        return {"adversarial": self.objective.generator(fake_logits)}

    def after_step(self, batch):
        """Called at the end of a training step."""

    # Training

    def compile(self, d_optimizer="adam", g_optimizer="adam", **kwargs):
        """Configures training.

        Args:
            d_optimizer: the discriminator's optimizer: a name, a config or an instance.
            g_optimizer: the generator's; another instance.
            **kwargs: `run_eagerly`, `jit_compile`, `steps_per_execution`, as for
                `keras.Model.compile`.

        Raises:
            ValueError: if both sides are given one optimizer instance, or `optimizer`,
                an optimizer made outside of the scope of the model's strategy, or XLA
                or `steps_per_execution` is asked for where it cannot work.
        """
        if "optimizer" in kwargs or "loss" in kwargs:
            raise ValueError(
                "A GAN has two optimizers, and its loss is an argument of the model: "
                "expected compile(d_optimizer=..., g_optimizer=...). "
                f"Received: {sorted(kwargs)}."
            )
        with self.distribute_strategy.scope():
            # Names and configs become optimizers of the model's replicas.
            d_optimizer = keras.optimizers.get(d_optimizer)
            g_optimizer = keras.optimizers.get(g_optimizer)
        check_optimizers(d_optimizer, g_optimizer, self.distribute_strategy)
        if kwargs.get("jit_compile") is True:
            check_xla(self.distribute_strategy)
        at_once = kwargs.get("steps_per_execution", 1)
        check_steps_per_execution(self.distribute_strategy, at_once)
        super().compile(optimizer=None, **kwargs)
        with self.distribute_strategy.scope():
            if self.dtype_policy.name == "mixed_float16":
                # Gradients below 6e-8 are 0 in float16.
                d_optimizer = _with_loss_scale(d_optimizer)
                g_optimizer = _with_loss_scale(g_optimizer)
            # Slots made by the first update fail under strategies and XLA.
            d_optimizer.build(self.discriminator_variables())
            g_optimizer.build(self.generator_variables())
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def fit(self, x=None, *args, callbacks=None, **kwargs):
        """As `keras.Model.fit`; `x` is a `tf.data.Dataset`, or an array of images.

        A dataset of `kgan.data` goes on from the epoch where the last `fit` ended.
        """
        if isinstance(x, (tf.data.Dataset, tf.distribute.DistributedDataset)):
            # Keras' default, shuffle=True, only warns that datasets are not shuffled.
            kwargs.setdefault("shuffle", False)
        if hasattr(x, "position"):
            callbacks = [InOrder(x.position), *(callbacks or ())]
        return super().fit(x, *args, callbacks=callbacks, **kwargs)

    def train_step(self, data):
        with random.compiled_by_xla(self.jit_compile is True):
            return self._train_step(data)

    def _train_step(self, data):
        *parts, last = self._cut(unpack(data))
        for part in parts:
            self._update_discriminator(self.play(part, training=True))
        tape = tf.GradientTape()
        with tape:
            batch = self.play(last, training=True)
        self._update_discriminator(batch)
        self._update_generator(batch, tape)
        if self.ema_generator is not None:
            averaging.follow(
                self.ema_generator,
                self.generator,
                self.g_optimizer.iterations,
                *(self.ema_decay, self.ema_ramp),
            )
        self.after_step(batch)
        return self._logs()

    def test_step(self, data):
        """The same terms on held-out data, with the networks in inference mode."""
        with random.compiled_by_xla(self.jit_compile is True):
            batch = self.play(unpack(data), training=False)
            self._total(self.discriminator_loss(batch), "d", self.discriminator)
            self._total(self.generator_loss(batch), "g", self.generator)
            return self._logs()

    def _logs(self):
        logs = self.terms.result()
        if several_machines(self.distribute_strategy):
            if self.stop_vote is not None:
                logs["stop_vote"] = tf.convert_to_tensor(self.stop_vote)
            # Keras averages logs over machines along axis 0 (keras#20585).
            return {name: value[None] for name, value in logs.items()}
        return logs

    def _update_discriminator(self, batch):
        with tf.GradientTape() as tape:
            terms = self.discriminator_loss(batch)
            loss = self._total(terms, "d", self.discriminator)
            loss = self.d_optimizer.scale_loss(loss)
        variables = self.discriminator_variables()
        self.d_optimizer.apply(tape.gradient(loss, variables), variables)

    def _update_generator(self, batch, tape):
        with tape, _buffers_kept(self.discriminator):
            terms = self.generator_loss(batch)
            loss = self._total(terms, "g", self.generator)
            loss = self.g_optimizer.scale_loss(loss)
        variables = self.generator_variables()
        self.g_optimizer.apply(tape.gradient(loss, variables), variables)

    def _total(self, terms, side, network):
        """Adds a side's terms, tracks them, and divides by the number of replicas.

        Keras sums gradients over replicas, so a mean over the global batch is the sum
        of what each replica divides by their number.
        """
        terms = dict(terms)
        if network.losses:
            terms["regularization"] = tf.add_n(network.losses)
        total = tf.add_n([tf.cast(t, keras.backend.floatx()) for t in terms.values()])
        self.terms.update({f"{side}_loss": total})
        if len(terms) > 1:
            self.terms.update({f"{side}/{name}": t for name, t in terms.items()})
        return total / tf.distribute.get_strategy().num_replicas_in_sync

    def _cut(self, data):
        # TensorFlow forgets the size there; kgan.data's batches are of one size.
        forgotten = several_machines(self.distribute_strategy)
        return cut(data, self.discriminator_steps, size_is_known=not forgotten)

    @property
    def metrics(self):
        # Keras adds a tracker of `loss`, which a GAN does not have.
        return [m for m in super().metrics if m is not self._loss_tracker]


def _synchronize(network, synchronized):
    for layer in network._flatten_layers():
        if hasattr(layer, "synchronized"):
            layer.synchronized = synchronized


def _with_loss_scale(optimizer):
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)


@contextlib.contextmanager
def _buffers_kept(network):
    """Gives the buffers of `network`, such as moving statistics, back unchanged."""
    kept = [(v, tf.identity(v.value)) for v in network.non_trainable_weights]
    yield
    for variable, value in kept:
        variable.assign(value)
