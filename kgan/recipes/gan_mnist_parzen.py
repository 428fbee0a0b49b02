"""The GAN of 2014 on MNIST, averaged until it has the paper's log-likelihood."""

from kgan.recipes.recipe import Data, Published, Recipe, Training

_ADAM = {"name": "adam", "learning_rate": 2e-3, "beta_1": 0.5}

GAN_MNIST_PARZEN = Recipe(
    name="gan_mnist_parzen",
    title="The MLP game of 2014, its generator averaged over all steps",
    paper="Goodfellow et al. 2014, arXiv 1406.2661",
    model="VanillaGAN",
    options={
        "latent_dim": 100,
        "loss": "non_saturating",
        "latent_prior": "uniform_unit_variance",
        "output": "sigmoid",
        "discriminator_steps": 1,
        "ema_decay": 0.9999,
        # The mean of all steps; the decay does not set in before the 10,000th.
        "ema_ramp": 2.0,
    },
    from_data=("mean",),
    d_optimizer=_ADAM,
    g_optimizer=_ADAM,
    training=Training(epochs=30, batch_size=200),
    data=Data("mnist", "train[:50000]"),
    metrics=("parzen",),
    published=(
        Published("Parzen log-likelihood, MNIST", "225 +- 2 nats", "arXiv 1406.2661"),
    ),
)
