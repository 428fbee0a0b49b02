"""The autoencoder on handwritten digits: what the variational one builds on."""

import dataclasses

from kgan.recipes.vae import VAE

AUTOENCODER = dataclasses.replace(
    VAE,
    name="autoencoder",
    title="Autoencoder of MLPs on MNIST",
    paper="Hinton, Salakhutdinov 2006; networks of arXiv 1312.6114",
    model="AutoEncoder",
    options={
        "latent_dim": 20,
        "architecture": "mlp",
        "hidden": [500],
        "likelihood": "bernoulli",
    },
    metrics=("psnr", "ssim", "l1"),
)
