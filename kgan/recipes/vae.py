"""The variational autoencoder on handwritten digits."""

import dataclasses

from kgan.recipes.recipe import Recipe, Training

_ADAM = {"name": "adam", "learning_rate": 1e-3}

VAE = Recipe(
    name="vae",
    title="Variational autoencoder of MLPs on MNIST",
    paper="Kingma, Welling 2013, arXiv 1312.6114",
    model="VAE",
    options={
        "latent_dim": 20,
        "architecture": "mlp",
        "hidden": [500],
        "likelihood": "bernoulli_stochastic",
        "beta": 1.0,
    },
    optimizers={"autoencoder": _ADAM},
    training=Training(epochs=60, batch_size=100),
    metrics=("importance_weighted_bound", "frechet_distance", "precision_recall"),
)

VAE_MANIFOLD = dataclasses.replace(
    VAE,
    name="vae_manifold",
    title="Variational autoencoder of 2 latents on MNIST: its manifold",
    options={**VAE.options, "latent_dim": 2},
    training=Training(epochs=100, batch_size=100),
)

VAE_DCGAN = dataclasses.replace(
    VAE,
    name="vae_dcgan",
    title="Variational autoencoder of DCGAN's shape on MNIST",
    options={
        "latent_dim": 32,
        "architecture": "dcgan",
        "width": 32,
        "likelihood": "bernoulli_stochastic",
        "beta": 1.0,
    },
    training=Training(epochs=20, batch_size=64),
)
