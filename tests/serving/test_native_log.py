import os

import pytest

from kgan.serving.native_log import without_refusal_lines, without_refusals

REFUSAL = (
    b"W0000 00:00:1.5 28393 local_rendezvous.cc:412] Local rendezvous is aborting with "
    b"status: INVALID_ARGUMENT: assertion failed: [Expected steps] [1]\n"
    b"\t [[{{node Assert/Assert}}]]\n"
)
FAILURE = (
    b"W0000 00:00:1.6 28393 local_rendezvous.cc:412] Local rendezvous is aborting with "
    b"status: RESOURCE_EXHAUSTED: OOM\n\t [[{{node conv}}]]\n"
)


def test_only_refusals_are_left_out():
    other = b"E0000 other.cc:1] a real error\n  in two lines\n"
    log = REFUSAL + other + REFUSAL + REFUSAL + FAILURE + b"no end of line"
    assert without_refusal_lines(log) == other + FAILURE + b"no end of line"
    assert without_refusal_lines(b"") == b""


def test_the_rest_reaches_the_terminal(capfd):
    with without_refusals():
        os.write(2, REFUSAL + FAILURE)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == FAILURE.decode() + "after\n"


def test_an_error_in_the_block_is_raised_with_its_log(capfd):
    with pytest.raises(ValueError, match="wrong"), without_refusals():
        os.write(2, FAILURE)
        raise ValueError("wrong")
    assert capfd.readouterr().err == FAILURE.decode()
