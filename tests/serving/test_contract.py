import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.serving import c_api, contract, export, prediction_log
from kgan.serving.signatures import Signature
from tests.serving.trained import build, train, trained


@pytest.fixture
def path(exported, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(exported, tmp_path / "1")


@pytest.fixture
def other_signatures(monkeypatch):
    """Lets every model have the signatures that it is called with."""

    def use(signatures):
        for module in (contract, export):
            monkeypatch.setattr(module, "of_endpoints", lambda *_: signatures)

    return use


def double(**kwargs):
    """x -> 2 x, the simplest signature, changed by `kwargs`."""
    signature = Signature(
        lambda x: {"y": 2.0 * x},
        {"x": tf.TensorSpec([None], tf.float32)},
        lambda n: {"x": np.arange(n, dtype="float32")},
        refused=(),
        live=lambda x: {"y": 2.0 * x},
    )
    return signature._replace(**kwargs)


@pytest.fixture
def refuse(other_signatures, tmp_path):
    """Exports a model of one signature, which must fail and leave nothing behind."""

    def export_it(signature, sentence):
        other_signatures({"serving_default": signature})
        with pytest.raises(ValueError, match=sentence):
            train(build()).export(tmp_path / "m" / "1")
        assert list((tmp_path / "m").iterdir()) == []

    return export_it


def test_an_export_keeps_its_contract(exported):
    lines = kgan.serving.verify(exported, trained()).lines
    assert lines[1] == "loaded by TF_LoadSessionFromSavedModel, tag serve, XLA disabled"
    for name in ("interpolate", "sample", "sample_png", "serving_default"):
        assert f"{name}: 3 requests replayed, equal to the model to the bit" in lines
    assert "13 bad requests refused" in lines
    assert lines[-1] == "all answers equal those of the export, to the bit"


def test_a_model_of_one_signature(other_signatures, tmp_path):
    other_signatures({"serving_default": double()})
    path = train(build()).export(tmp_path / "1")
    assert "serving_default: 3 requests replayed, ran" in contract.verify(path).lines


def test_another_answer_than_the_models_is_deleted(refuse):
    def live(x):
        return {"y": 2 * x + (x == 7).astype("float32") / 1024}

    sentence = (
        r"serving_default\(x \(8,\)\): the export does not answer as the model does: "
        r"y differs in 1 of 8 values, by up to 0.000977"
    )
    refuse(double(live=live), sentence)
    refuse(double(live=lambda x: {"z": x}), r"expected the outputs \['z'\]")
    integers = double(live=lambda x: {"y": (2 * x).astype("int32")})
    refuse(integers, r"float32 \(1,\), but in Python it is int32 \(1,\)")


def test_what_was_to_be_refused_and_is_not(refuse):
    bad = {"x": np.zeros(3, "float32")}
    sentence = r"serving_default\(x \(3,\)\) to be refused. Received: an answer"
    refuse(double(refused=(bad,)), sentence)


def test_a_request_that_fails(refuse):
    def function(x):
        with tf.control_dependencies([tf.debugging.Assert(tf.size(x) < 8, ["long"])]):
            return {"y": tf.identity(x)}

    signature = double(function=function, live=lambda x: {"y": x})
    refuse(signature, r"serving_default\(x \(8,\)\) fails on a server.*long")


def test_python_in_the_graph(refuse):
    def function(x):
        return {
            "y": tf.ensure_shape(tf.numpy_function(np.sin, [x], tf.float32), [None])
        }

    refuse(double(function=function), "without Python.*Received: PyFunc")


def test_xla_in_the_graph(refuse):
    compiled = tf.function(lambda x: 2.0 * x, jit_compile=True)
    signature = double(function=lambda x: {"y": compiled(x)})
    refuse(signature, "Received: jit_compile=True")


def test_xla_fails_where_a_server_would_not_compile(tmp_path):
    module = tf.Module()
    module.f = tf.function(lambda x: {"y": 2.0 * x}, jit_compile=True)
    spec = tf.TensorSpec([2], tf.float32, "x")
    function = module.f.get_concrete_function(spec)
    tf.saved_model.save(module, str(tmp_path / "1"), function)
    inputs = {"x": np.ones(2, "float32")}
    with kgan.serving.ServingSession(tmp_path / "1") as session:
        with c_api.xla_disabled(), pytest.raises(tf.errors.OpError):
            session.run("serving_default", inputs)
        with c_api.xla_disabled(), c_api.xla_disabled():
            pass
        assert session.run("serving_default", inputs)["y"].tolist() == [2, 2]


def test_weights_changed_after_the_export(path):
    file = path / "variables" / "variables.data-00000-of-00001"
    content = bytearray(file.read_bytes())
    content[100:104] = np.float32(1e3).tobytes()
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"not what it was|cannot load|fails"):
        kgan.serving.verify(path)


def test_another_model_than_the_exported(exported):
    other = train(build(seed=1))
    with pytest.raises(ValueError, match="does not answer as the model does"):
        kgan.serving.verify(exported, other)


def test_a_folder_that_lacks_something(path, tmp_path):
    with pytest.raises(ValueError, match="Expected an export of kgan"):
        kgan.serving.verify(tmp_path)
    requests = prediction_log.read(path / "assets.extra" / contract.WARM_UP)
    prediction_log.write(path / "assets.extra" / contract.WARM_UP, requests[:-1])
    with pytest.raises(ValueError, match="Expected the warm-up requests of the export"):
        kgan.serving.verify(path)
    kept = [r for r in requests if r.signature != "sample"]
    prediction_log.write(path / "assets.extra" / contract.WARM_UP, kept)
    with pytest.raises(ValueError, match="Expected the signatures"):
        kgan.serving.verify(path)
    (path / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(ValueError, match=r"Expected a SavedModel.*saved_model\.pb"):
        kgan.serving.verify(path)
    (path / "saved_model.pb").unlink()
    with pytest.raises(ValueError, match=r"Expected a SavedModel.*saved_model\.pb"):
        kgan.serving.verify(path)


def test_rounding_of_another_processor_is_told(path):
    file = path / "assets.extra" / contract.CONTRACT
    content = json.loads(file.read_text())
    output = content["answers"][-1]["outputs"]["images"]
    output["sha256"] = "other"
    output["first"] = [value + 1e-5 for value in output["first"]]
    file.write_text(json.dumps(content))
    assert "11 of 12 answers equal those" in kgan.serving.verify(path).lines[-1]
    output["first"][0] += 0.1
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="images is not what it was"):
        kgan.serving.verify(path)
