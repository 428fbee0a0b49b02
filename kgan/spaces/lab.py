"""sRGB and CIE L*a*b* (CIE 1976, D65, 2 degrees), in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

# IEC 61966-2-1: linear sRGB -> XYZ, and the white of D65.
_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
# Where the cube root gives way to a line.
_EPSILON, _SLOPE = 0.008856, 7.787
# No color of sRGB has a* or b* beyond it.
MOST = 110.0


def rgb_to_lab(images: Any) -> Any:
    """sRGB -> L*a*b*.

        >>> white = np.ones((1, 1, 1, 3), "float32")
        >>> kgan.spaces.lab.rgb_to_lab(white).numpy().round(1).ravel()[:1]
        array([100.], dtype=float32)

    Args:
        images: [..., 3] in [-1, 1].

    Returns:
        [..., 3]: L* in [0, 100], a* and b* between -110 and 110.
    """
    x = (images + 1.0) / 2.0
    # A base that is never 0, where the power has no slope.
    curved = ((ops.maximum(x, 0.04045) + 0.055) / 1.055) ** 2.4
    linear = ops.where(x > 0.04045, curved, x / 12.92)
    matrix = ops.convert_to_tensor((_XYZ / _WHITE[:, None]).T, dtype=linear.dtype)
    xyz = ops.matmul(linear, matrix)
    root = ops.maximum(xyz, _EPSILON) ** (1.0 / 3.0)
    f = ops.where(xyz > _EPSILON, root, _SLOPE * xyz + 16.0 / 116.0)
    x, y, z = (f[..., i] for i in range(3))
    return ops.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def lab_to_rgb(lab: Any) -> Any:
    """L*a*b* -> sRGB; colors that sRGB does not have are clipped.

        >>> gray = np.array([[[[53.585, 0.0, 0.0]]]], "float32")
        >>> kgan.spaces.lab.lab_to_rgb(gray).numpy().round(2).ravel()
        array([0., 0., 0.], dtype=float32)

    Args:
        lab: [..., 3], as `rgb_to_lab` gives it.

    Returns:
        [..., 3] in [-1, 1].
    """
    y = (lab[..., 0] + 16.0) / 116.0
    f = ops.stack([y + lab[..., 1] / 500.0, y, y - lab[..., 2] / 200.0], axis=-1)
    # Where the root of _EPSILON is.
    least = _EPSILON ** (1.0 / 3.0)
    xyz = ops.where(f > least, f**3, (f - 16.0 / 116.0) / _SLOPE)
    inverse = np.linalg.inv((_XYZ / _WHITE[:, None]).T)
    linear = ops.matmul(xyz, ops.convert_to_tensor(inverse, dtype=xyz.dtype))
    curved = 1.055 * ops.maximum(linear, 0.0031308) ** (1.0 / 2.4) - 0.055
    x = ops.where(linear > 0.0031308, curved, 12.92 * linear)
    return ops.clip(2.0 * x - 1.0, -1.0, 1.0)
