"""Noise for the pixels of a layer."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_positive, check_whole


@keras.saving.register_keras_serializable("kgan")
class NoiseInjection(keras.layers.Layer):
    """x + strength * noise: one number per pixel, for all channels.

    Karras et al. 2018 (arXiv 1812.04948, section 2): what is random in an image, such
    as where each hair is, need not be made out of the latents. `strength` is learned,
    and 0 at first.

    The layer draws nothing. A network takes all of its noise as one vector per example,
    and each layer reads the part that begins at `start`. Who calls the network decides
    what the noise is: a game draws it by its seed, alike for any number of replicas,
    and a model that is asked has the same noise each time.

        >>> layer = kgan.layers.NoiseInjection(start=2)
        >>> x, noise = np.zeros((1, 2, 2, 3)), np.arange(7.0)[None]
        >>> _ = layer([x, noise])
        >>> _ = layer.strength.assign(10.0)
        >>> layer([x, noise])[0, :, :, 0].numpy().tolist()
        [[20.0, 30.0], [40.0, 50.0]]

    Args:
        start: where the noise of the layer begins, at least 0.
        gain: a factor of the noise, above 0.
        **kwargs: as for `keras.layers.Layer`.

    Shapes: ([batch, h, w, c], [batch, n]), n at least start + h w ->
        [batch, h, w, c].

    Raises:
        ValueError: for numbers out of range; when built, for too little noise.
    """

    def __init__(self, start: int = 0, gain: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start = check_whole("start", start, least=0)
        self.gain = check_positive("gain", gain)

    def build(self, input_shape: Any) -> None:
        (_, height, width, _), (_, count) = input_shape
        if count < self.start + height * width:
            raise ValueError(
                f"Expected noise of at least {self.start + height * width} numbers per "
                f"example. Received: {count}."
            )
        self.strength = self.add_weight(shape=(), initializer="zeros", name="strength")

    def call(self, inputs: Any) -> Any:
        x, noise = inputs
        height, width = x.shape[1:3]
        noise = noise[:, self.start : self.start + height * width]
        noise = ops.reshape(noise, (-1, height, width, 1))
        strength = ops.convert_to_tensor(self.strength) * self.gain
        return x + ops.cast(strength, x.dtype) * ops.cast(noise, x.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "start": self.start, "gain": self.gain}
