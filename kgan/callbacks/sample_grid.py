"""A tile of samples from the same latents, epoch after epoch."""

from kgan import images
from kgan.callbacks.sample_pictures import SamplePictures


class SampleGrid(SamplePictures):
    """Watches fixed latents become images: one tile of them, see `SamplePictures`.

    Args:
        log_dir: as for `keras.callbacks.TensorBoard`.
        real: float images [n, height, width, channels] in [-1, 1] to show once for
            comparison, or None.
        columns: samples in a row; default: about as many as rows.
        **kwargs: `n`, `every`, `seed` and `animation` of `SamplePictures`.

    Raises:
        ValueError: in `on_train_begin`, if the model does not make images.
    """

    def __init__(self, log_dir, real=None, *, columns=None, **kwargs):
        super().__init__(log_dir, real, **kwargs)
        self.columns = columns

    def picture(self, examples):
        return images.tile(images.to_uint8(examples), self.columns)

    def on_train_begin(self, logs=None):
        if len(self.model.image_shape) != 3:
            raise ValueError(
                "SampleGrid shows images [height, width, channels]; SamplePoints shows "
                "points. Received: a model that makes examples of shape "
                f"{self.model.image_shape}."
            )
        super().on_train_begin(logs)
