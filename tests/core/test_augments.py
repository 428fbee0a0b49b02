import pytest

import kgan
from kgan.core import augments


def test_names_configs_and_instances():
    assert augments.get(None) is None
    layer = augments.get("diff_augment")
    assert isinstance(layer, kgan.layers.DiffAugment)
    assert augments.get(layer) is layer
    ada = augments.get({"name": "ada", "p": 0.25, "policy": "b"})
    assert (ada.first_p, ada.policy) == (0.25, "b")
    model = kgan.DCGAN((16, 16, 1), 2, width=2, augment={"name": "ada", "p": 0.5})
    assert float(model.augment.p) == 0.5


def test_unknown():
    with pytest.raises(ValueError, match="Did you mean diff_augment"):
        augments.get("diffaugment")
    with pytest.raises(ValueError, match="an instance of"):
        augments.get(kgan.layers.DiffAugment)
