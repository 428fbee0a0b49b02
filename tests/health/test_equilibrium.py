import re

import pytest

from kgan.health.equilibrium import imbalance


def logs(real, fake, k, gamma=0.5):
    balance = gamma * real - fake
    return {"l_real": real, "l_fake": fake, "k": k, "balance": balance}


@pytest.mark.parametrize(
    ("real", "fake", "k", "message"),
    [
        (0.1, 0.11, 0.3, r"L\(G\(z\)\) = 0.11 overtakes L\(x\) = 0.1"),
        (0.1, 0.04, 1.0, "k = 1.000 is at its upper end"),
        (0.1, 0.06, 0.0, "k = 0 is near 0, and D learns nothing"),
        # In balance, and still one image for all latents.
        (0.1, 0.05, 0.019, r"k = 0.019 is near 0"),
    ],
)
def test_lost_balance(real, fake, k, message):
    assert re.match(message, imbalance(logs(real, fake, k)))


def test_balance():
    assert imbalance(logs(0.1, 0.05, 0.2)) is None
    # At an end, but not pushed against it.
    assert imbalance(logs(0.1, 0.06, 1.0)) is None


def test_other_models():
    assert imbalance({"d_real": 0.5, "d_fake": 0.5, "value": -1.4}) is None
