import threading

import numpy as np
import pytest
import tensorflow as tf

from kgan.serving.session import ServingSession


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A SavedModel with strings, scalars, several outputs, and a check."""
    module = tf.Module()
    module.weight = tf.Variable(3.0)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "points")])
    def scale(points):
        return {"scaled": points * module.weight, "count": tf.shape(points)[0]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")])
    def shout(words):
        return {"words": tf.strings.upper(words) + "!"}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, "n")])
    def positive(n):
        with tf.control_dependencies([tf.debugging.Assert(n > 0, ["too small: ", n])]):
            return {"n": tf.identity(n)}

    module.functions = [scale, shout, positive]
    path = tmp_path_factory.mktemp("session") / "1"
    signatures = {"serving_default": scale, "shout": shout, "positive": positive}
    tf.saved_model.save(module, str(path), signatures)
    return path


@pytest.fixture(scope="module")
def session(path):
    with ServingSession(path) as session:
        yield session


def test_signatures(session):
    assert set(session.signatures) == {"serving_default", "shout", "positive"}
    assert session.signatures["positive"].inputs["n"].dtype == tf.int32.as_datatype_enum


@pytest.mark.parametrize("n", [0, 1, 3])
def test_arrays(session, n):
    points = np.arange(2 * n, dtype="float32").reshape(n, 2)
    answer = session.run("serving_default", {"points": points})
    np.testing.assert_array_equal(answer["scaled"], 3 * points)
    assert answer["count"] == n
    assert answer["count"].shape == ()


def test_strings(session):
    words = np.array([b"", b"short", "unicode", b"\0 and more than 22 bytes"], object)
    answer = session.run("shout", {"words": words})["words"]
    expected = [b"!", b"SHORT!", b"UNICODE!", b"\0 AND MORE THAN 22 BYTES!"]
    assert answer.tolist() == expected


def test_errors_are_tensorflows(session):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"too small.*-1"):
        session.run("positive", {"n": np.int32(-1)})
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        session.run("positive", {"n": np.float32(1)})
    assert session.run("positive", {"n": np.int32(1)})["n"] == 1


def test_wrong_requests(session):
    with pytest.raises(ValueError, match=r"Expected a signature.*Received: 'paint'"):
        session.run("paint", {})
    with pytest.raises(ValueError, match=r"inputs n of positive.*Received: m"):
        session.run("positive", {"m": np.int32(1)})


def test_threads_share_a_session(session):
    wrong = []

    def ask(k):
        for _ in range(50):
            points = np.full((k, 2), k, "float32")
            if not (
                session.run("serving_default", {"points": points})["scaled"] == 3 * k
            ).all():
                wrong.append(k)

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_closed_session_answers_nothing(path):
    session = ServingSession(path)
    session.close()
    session.close()
    with pytest.raises(ValueError, match="Expected an open session"):
        session.run("positive", {"n": np.int32(1)})


def test_what_is_no_model(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"without saved_model\.pb"):
        ServingSession(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(tf.errors.OpError):
        ServingSession(tmp_path)
