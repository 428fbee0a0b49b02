"""Spectral normalization."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from kgan.system.checks import check_whole

# Power iterations when the layer is built, so that the first pass is normalized too.
_FIRST = 10
_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)


@keras.saving.register_keras_serializable("kgan")
class SpectralNormalization(keras.layers.Wrapper):
    """A layer whose kernel is divided by its largest singular value.

    Miyato et al. 2018, "Spectral normalization for GANs" (arXiv 1802.05957):

        v = W^T u / |W^T u|,   u = W v / |W v|,   sigma = u^T W v,   W / sigma

    with W the kernel as a matrix, output channels as rows. `Game` makes one power
    iteration per update of the player whose network this is, before its passes: real
    examples and fakes of one update see one sigma. The gradient goes through sigma,
    with u and v held fixed. A pass changes no variable, and u is saved and exported.

    `keras.layers.SpectralNormalization` overwrites the kernel in each pass in training
    mode, lets no gradient through sigma, and so trains another network.

        >>> dense = kgan.layers.SpectralNormalization(keras.layers.Dense(3))
        >>> _ = dense(np.ones((1, 4)))
        >>> for _ in range(200):
        ...     dense.before_update()
        >>> W = dense.layer.kernel.numpy() / dense.sigma()
        >>> round(float(np.linalg.svd(W)[1][0]), 2)
        1.0

    Args:
        layer: with a `kernel`, such as a dense layer or a convolution, or with
            `embeddings`.
        iterations: power iterations per update, at least 1; 1 in the paper.
        **kwargs: as for `keras.layers.Layer`; `dtype` is that of sigma, by
            default the one of the kernel.

    Shapes: those of `layer`.

    Raises:
        ValueError: for iterations below 1; when built, for a layer without a kernel.
    """

    def __init__(
        self, layer: keras.layers.Layer, iterations: int = 1, **kwargs: Any
    ) -> None:
        # The wrapper computes in the dtype of the variables, without autocast: bfloat16
        # would round the kernel before sigma, and the inputs of a float32 layer.
        # `layer` casts by its own policy.
        given = {"dtype": getattr(layer, "variable_dtype", None), **kwargs}
        super().__init__(layer, autocast=False, **given)
        self.iterations = check_whole("iterations", iterations)

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        names = [n for n in ("kernel", "embeddings") if hasattr(self.layer, n)]
        if not names:
            raise ValueError(
                "Expected a layer with a kernel or embeddings, to be normalized. "
                f"Received: {type(self.layer).__name__} {self.layer.name!r}."
            )
        self.kernel = getattr(self.layer, names[0])
        self.u = self.add_weight(
            shape=(self._matrix(self.kernel.value).shape[0],),
            initializer=self._first_u,
            trainable=False,
            autocast=False,
            name="u",
        )

    def before_update(self) -> None:
        """The power iterations of one update, see `Game.record`."""
        self.u.assign(self._iterated(self.u.value, self.iterations))

    def sigma(self) -> Any:
        """The largest singular value of the kernel, as u knows it; a scalar."""
        matrix = self._matrix(self.kernel.value)
        u = ops.stop_gradient(ops.convert_to_tensor(self.u))
        v = ops.stop_gradient(_unit(ops.matmul(u, matrix)))
        return ops.sum(u * ops.matmul(matrix, v))

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        normalized = ops.cast(self.kernel.value, self.variable_dtype) / self.sigma()
        others = [v for v in self.layer.variables if v is not self.kernel]
        # Not assigned: the layer sees another kernel within the scope.
        values = [(self.kernel, normalized), *((v, v.value) for v in others)]
        with keras.StatelessScope(state_mapping=values):
            return self.layer(inputs, *args, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        # Of the dtype that `layer` computes in, which is not the wrapper's.
        return self.layer.compute_output_spec(inputs, *args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "iterations": self.iterations}

    def _first_u(self, shape: Any, dtype: Any = None):
        # An initializer and not an assignment in `build`: Keras may delay the values of
        # variables until after `build`, and forgets what `build` assigns then. The seed
        # does not matter, because the iterations forget the direction.
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=0)
        return self._iterated(normal(shape, dtype), _FIRST)

    def _iterated(self, u: Any, count: int):
        matrix = self._matrix(self.kernel.value)
        # Products of matrices: those with vectors take many times as long outside of
        # graphs, where a model is built.
        column = ops.expand_dims(u, 1)
        for _ in range(count):
            row = _unit(ops.matmul(ops.reshape(column, (1, -1)), matrix))
            column = _unit(ops.matmul(matrix, ops.reshape(row, (-1, 1))))
        return ops.squeeze(column, 1)

    def _matrix(self, kernel: Any):
        """The kernel as a matrix [outputs, inputs], of the variables' dtype."""
        kernel = ops.cast(ops.convert_to_tensor(kernel), self.variable_dtype)
        if hasattr(self.layer, "embeddings"):
            return kernel
        if isinstance(self.layer, _TRANSPOSED):
            # [..., outputs, inputs] -> [..., inputs, outputs]
            axes = range(len(kernel.shape))
            kernel = ops.transpose(kernel, (*axes[:-2], axes[-1], axes[-2]))
        return ops.transpose(ops.reshape(kernel, (-1, kernel.shape[-1])))


def _unit(vector: Any):
    length = ops.sqrt(ops.sum(vector * vector))
    return vector / ops.maximum(length, 1e-12)
