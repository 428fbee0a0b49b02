import pytest

from tests.scripts import load_script


@pytest.mark.slow
def test_tiny_networks(capsys):
    train_speed = load_script("train_speed", "benchmarks")
    tiny = ["--width", "2", "--latents", "3", "--batch-size", "4", "--rounds", "1"]
    told = ["--sizes", "28", "--precision", "float32", "--steps", "2"]
    # An interpreter that ends at once, as one without torch.
    train_speed.main([*told, *tiny, "--torch", "false", "--modes", "eager"])
    out = capsys.readouterr().out.splitlines()
    assert (
        out[0] == "| pixels | precision | kgan | eager | kgan / eager | kgan / best |"
    )
    pixels, precision, rate, *peer = [c.strip() for c in out[2].split("|")[1:-1]]
    assert (pixels, precision, peer) == ("28", "float32", ["", "", ""])
    assert float(rate) > 0.0
    assert out[4].startswith("28 pixels, float32: fit / bare ")
    assert out[5].startswith("Rounds thrown out")
