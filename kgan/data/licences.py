"""Under which licences datasets are published."""

import os

_UNKNOWN = "not known to kgan: ask the authors of the data"

# As the authors of each dataset state them.
_LICENCES = {
    "mnist": "CC BY-SA 3.0",
    "mnist_10k": "CC BY-SA 3.0",
    "fashion_mnist": "MIT",
    "kmnist": "CC BY-SA 4.0",
    "emnist": "not stated by the authors",
    "cifar10": "not stated by the authors",
    "cifar100": "not stated by the authors",
    "svhn_cropped": "for non-commercial use",
    "celeb_a": "for non-commercial research",
    "facade_labels": "none needed: drawn by kgan",
    "facades": "none needed: drawn by kgan",
    "gaussian": "none needed: drawn by kgan",
    "molecules": "none needed: enumerated by kgan",
    "grid": "none needed: drawn by kgan",
    "ring": "none needed: drawn by kgan",
}


def licence(name: str | os.PathLike) -> str:
    """The licence of a dataset, in a few words.

    Args:
        name: the name of a dataset, as for `kgan.data.load`. The licences of folders
            and of unknown sets are not known.
    """
    base = str(name).partition(":")[0].partition("/")[0]
    return _LICENCES.get(base, _UNKNOWN)
