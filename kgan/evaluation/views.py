"""What metrics see of a set of examples."""

import weakref

from kgan.evaluation.reals import Side
from kgan.evaluation.references import outputs_of
from kgan.metrics.extractors.extractor import as_float


class Views:
    """Sides of a comparison as metrics need them; what an extractor says, once.

    Args:
        extractor: a `kgan.metrics.extractors.Extractor`.
    """

    def __init__(self, extractor):
        self.extractor = extractor
        self._outputs = weakref.WeakKeyDictionary()
        self._channels = weakref.WeakKeyDictionary()

    def of(self, side, needs):
        """What a metric scores of a `Side`, by its attribute `needs`."""
        if needs == "points":
            return side.examples
        if needs == "images":
            return as_float(side.examples).numpy()
        if needs == "channel_logits":
            n, _, _, channels = side.examples.shape
            logits = self._outputs_of(self._channels_of(side)).logits
            return logits.reshape(n, channels, -1)
        outputs = self._outputs_of(side)
        return outputs.features if needs == "features" else outputs.logits

    def _outputs_of(self, side):
        if side not in self._outputs:
            self._outputs[side] = (
                outputs_of(side, self.extractor)
                if side.kept
                else self.extractor.extract(side.examples)
            )
        return self._outputs[side]

    def _channels_of(self, side):
        """Each channel of each image, as a gray image."""
        if side not in self._channels:
            n, height, width, channels = side.examples.shape
            # [n, height, width, channels] -> [n * channels, height, width, 1]
            gray = side.examples.transpose(0, 3, 1, 2)
            gray = gray.reshape(n * channels, height, width, 1)
            self._channels[side] = Side(f"channels of {side.what}", gray, side.kept)
        return self._channels[side]
