"""Which real examples a metric is given.

The metrics of a distance compare generated examples with what the generator learned
from; the memorisation check with examples that were held out, near the training set;
the Parzen estimate scores the test images (arXiv 1406.2661).
"""

_SPLITS = {
    "held_out": "real examples that were held out",
    "test": "a split test",
    "validation": "10,000 images beside the training set",
}


def real_sides(reals, metric):
    """name -> `Side`: all sides of a metric but `fake`."""
    sides = {}
    for name in metric.sides:
        if name in ("training", "validation"):
            sides[name] = reals.side(name)
        elif name == "real":
            sides[name] = reals.side(_real_for(metric))
    return sides


def floor_sides(reals, metric):
    """The sides of real against real.

    Held-out examples stand for the generated ones; without any, two halves stand for
    both. For the Parzen estimate, training images are the centres.
    """
    sides = real_sides(reals, metric)
    held_out = reals.side("held_out")
    if "validation" in sides:
        return {**sides, "fake": reals.side("reference")}
    if "training" not in sides and held_out is not None:
        return {**sides, "fake": held_out}
    one, other = reals.halves(_real_for(metric))
    return {**sides, **({"real": one} if "real" in sides else {}), "fake": other}


def what_lacks(metric, reals, extractor):
    """Why a metric cannot score with these examples and features, or None."""
    name, images = reals.name, len(reals.shape) == 3
    if metric.needs == "points" and images:
        return f"{metric.name} is of points; the examples of {name} are images."
    if metric.needs in ("images", "channel_logits") and not images:
        return f"{metric.name} is of images; the examples of {name} are points."
    if metric.needs in ("logits", "channel_logits") and not extractor.has_logits:
        return f"{metric.name} needs logits, which {extractor.name} lacks."
    centres = getattr(metric, "centres", name)
    if isinstance(centres, str) and centres != name:
        return (
            f"{metric.name} looks for the modes of {centres}, which those of {name} "
            "are not. Give it their centres."
        )
    for side in (*metric.sides, _real_for(metric)):
        if side in _SPLITS and reals.side(side) is None:
            return (
                f"{metric.name} needs {_SPLITS[side]}, which {name} with the split "
                f"{reals.split} leaves none of. Choose a set that has them "
                "(--data mnist), or another metric."
            )
    return None


def _real_for(metric):
    """Which real examples a metric calls `real`."""
    if "training" in metric.sides:
        return "held_out"
    return "test" if "validation" in metric.sides else "reference"
