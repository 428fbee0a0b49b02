from kgan.data.licences import licence


def test_licences():
    assert licence("mnist_10k") == licence("mnist:3.0.1") == "CC BY-SA 3.0"
    assert licence("emnist/letters") == "not stated by the authors"
    assert licence("ring").startswith("none needed")
    assert licence("/home/me/photos").startswith("not known")
    assert licence("my_set").startswith("not known")
