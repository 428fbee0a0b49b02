"""What a trained StyleGAN2 can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf
from keras import ops

from kgan.spaces import Endpoint, Labels, Layers, Scalar, Seeds, Styles

if TYPE_CHECKING:
    from kgan.models.stylegan2 import StyleGAN2


def endpoints_of(
    model: StyleGAN2, network: keras.Model, labels: Labels | None
) -> dict[str, Endpoint]:
    """`generate`, `mix`, `styles` and `synthesis`, see `StyleGAN2.endpoints`.

    >>> model = kgan.StyleGAN2((8, 8, 1), 4, 4, 16, depth=1, gamma=1.0)
    >>> list(model.endpoints()["generate"].takes)
    ['latents', 'truncation', 'noise']

    Args:
        model: who is asked.
        network: its G, or the average.
        labels: the space of its labels, or None.
    """

    def synthesis(styles: Any, noise: Any):
        noise = model.usual_noise(noise)
        images = model.images_of(styles, noise, network=network)
        return {"images": ops.clip(images, -1.0, 1.0)}

    def styles(latents: Any, truncation: Any, labels: Any = None):
        w = model.styles_of(latents, labels, network=network)
        return {"styles": model.truncated(w, truncation)}

    def generate(latents: Any, truncation: Any, noise: Any, labels: Any = None):
        return synthesis(styles(latents, truncation, labels)["styles"], noise)

    def mix(
        seeds: Any,
        seeds_to: Any,
        first: Any,
        last: Any,
        share: Any,
        truncation: Any,
        noise: Any,
        labels: Any = None,
    ):
        ends = (Seeds().first_of(model.latents, s) for s in (seeds, seeds_to))
        one, other = (styles(z, truncation, labels)["styles"][:, None] for z in ends)
        # w + share (w_to - w), from the first layer to the last
        layer = tf.range(model.layers_of_styles)[None]
        mixes = (layer >= first[:, None]) & (layer <= last[:, None])
        share = tf.where(mixes, share[:, None], 0.0)[..., None]
        return synthesis(one + tf.cast(share, one.dtype) * (other - one), noise)

    told = {} if labels is None else {"labels": labels}
    psi = Scalar("truncation psi", default=1.0, least=0.0, usual=(0.0, 1.0))
    share = Scalar("share of seeds_to", default=1.0, usual=(0.0, 1.0))
    strength = Scalar("strength of noise", default=1.0, least=0.0, usual=(0.0, 1.0))
    layer, w = Layers(model.layers_of_styles), Styles(model.w_mean.value.shape[0])

    latents = {"latents": model.latents, **told, "truncation": psi}
    seeds = {"seeds": Seeds(), "seeds_to": Seeds(), "first": layer, "last": layer}
    noise, images = {"noise": strength}, {"images": model.examples}
    mixed = {**seeds, **told, "share": share, "truncation": psi, **noise}
    return {
        "generate": Endpoint(generate, {**latents, **noise}, images, seeded="sample"),
        "mix": Endpoint(mix, mixed, images),
        "styles": Endpoint(styles, latents, {"styles": w}),
        "synthesis": Endpoint(synthesis, {"styles": w, **noise}, images),
    }
