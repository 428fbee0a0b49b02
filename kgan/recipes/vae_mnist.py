"""The variational autoencoder of Burda et al. 2015 on all of MNIST, for its bounds.

The paper trains for 3,280 epochs in batches of 20; this recipe fits into minutes.
"""

import dataclasses

from kgan.recipes.recipe import Data, Published, Training
from kgan.recipes.vae import VAE

_EPOCHS = 150

VAE_MNIST = dataclasses.replace(
    VAE,
    name="vae_mnist",
    title="Variational autoencoder on all of MNIST: bounds on its likelihood",
    paper="Burda, Grosse, Salakhutdinov 2015, arXiv 1509.00519",
    options={**VAE.options, "latent_dim": 50, "hidden": [200, 200]},
    schedules={
        "learning_rate": {
            "name": "cosine",
            "start": 1e-3,
            "end": 1e-5,
            "images": _EPOCHS * 60_000,
        }
    },
    training=Training(epochs=_EPOCHS, batch_size=100),
    data=Data("mnist"),
    metrics=("importance_weighted_bound",),
    published=(
        Published("VAE, 1 layer, bound L_5000", "-86.76 nats", "arXiv 1509.00519"),
        Published("IWAE of k = 50, L_5000", "-84.78 nats", "arXiv 1509.00519"),
    ),
)
