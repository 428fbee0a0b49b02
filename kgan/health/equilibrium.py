"""Signs that the balance of a BEGAN is lost, see `kgan.BEGAN`."""

from __future__ import annotations

from collections.abc import Mapping

# k is at 1 if its mean is nearer than this.
_END = 1e-3
# Below this mean of k, D learns almost nothing of samples. In the study of
# docs/began.md, every run that ended with a lower k made one image for all latents.
_IDLE = 0.02
# L(G(z)) above this share of L(x): D gives samples back no better than real examples.
OVERTAKEN = 1.0


def imbalance(logs: Mapping[str, float]) -> str | None:
    """Reports a BEGAN whose controller k cannot hold L(G(z)) = gamma L(x).

        >>> from kgan.health.equilibrium import imbalance
        >>> logs = {"l_real": 0.1, "l_fake": 0.12, "k": 0.4, "balance": -0.07}
        >>> imbalance(logs).split(",")[0]
        'L(G(z)) = 0.12 overtakes L(x) = 0.1'

    Args:
        logs: means of an epoch, as `kgan.BEGAN` logs them: `l_real`, `l_fake`, `k` and
            `balance`. Of other models: no report.
    """
    if not {"l_real", "l_fake", "k", "balance"} <= logs.keys():
        return None
    real, fake, k = logs["l_real"], logs["l_fake"], logs["k"]
    if fake > OVERTAKEN * real:
        return (
            f"L(G(z)) = {fake:.3g} overtakes L(x) = {real:.3g}, so that G learns what "
            "D gives back worse than real examples; try a lambda_k 10 times higher, or "
            "a learning rate 4 times lower for D"
        )
    if k > 1.0 - _END and logs["balance"] > 0.0:
        return (
            f"k = {k:.3f} is at its upper end and L(G(z)) is still below gamma L(x): G "
            "makes images that D gives back too easily, often few of them; try a "
            "learning rate 4 times lower for G, or a lower gamma"
        )
    if k < _IDLE:
        return (
            f"k = {k:.2g} is near 0, and D learns nothing of samples: all of them tend "
            "to become one; try a lambda_k 10 times higher"
        )
    return None
