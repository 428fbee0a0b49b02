"""The stand-in against what TensorFlow Serving documents of its protocol."""

import base64

import grpc
import numpy as np
import pytest
import requests
from tensorflow_serving.apis import prediction_service_pb2_grpc, regression_pb2

from tests.serving.stand_in import small_model


@pytest.fixture
def server(small_model_server):
    return small_model_server


@pytest.fixture
def post(server):
    with requests.Session() as session:

        def ask(body, path="/v1/models/small:predict"):
            send = {"data": body} if isinstance(body, (bytes, str)) else {"json": body}
            response = session.post(server.rest + path, **send)
            assert response.headers["Content-Type"] == "application/json"
            return response.status_code, response.json()

        yield ask


def test_rows(post):
    z = [[0.0, 0, 0, 0, 0], [1, -1.5, 0, 2e-1, 3]]
    expected = np.tanh(np.float32(z) @ small_model.weights(1)).reshape(2, 6, 4, 1)
    for instances in (z, [{"latents": row} for row in z]):
        status, answer = post({"instances": instances})
        assert status == 200
        assert list(answer) == ["predictions"]
        np.testing.assert_allclose(answer["predictions"], expected, atol=1e-6)


def test_columns(post):
    z = [[0, 0, 0, 0, 1]]
    rows = post({"instances": z})[1]["predictions"]
    for inputs in (z, {"latents": z}, {"latents": z, "not an input": 3}):
        assert post({"inputs": inputs}) == (200, {"outputs": rows})
    status, answer = post(
        {"signature_name": "sample", "inputs": {"num_samples": 2, "seed": 3}}
    )
    assert status == 200
    np.testing.assert_array_equal(answer["outputs"], small_model.images(1, 2, 3))


def test_bytes_and_several_outputs(post):
    file = {"b64": base64.b64encode(b"\xff\x00").decode()}
    request = {"signature_name": "echo"}
    row = {"file_bytes": file, "point": [3, 4]}
    status, answer = post({**request, "instances": [row]})
    assert (status, answer) == (
        200,
        {"predictions": [{"file_bytes": file, "length": 5}]},
    )
    columns = {"file_bytes": [file], "point": [[3, 4]]}
    status, answer = post({**request, "inputs": columns})
    assert (status, answer) == (200, {"outputs": {"file_bytes": [file], "length": [5]}})
    # One output: its name is left out. Text is sent as it is, or as base64.
    text = {"file_bytes": ["abc"], "point": [[0, 0]]}
    encoded = [{"b64": "YWJj"}]
    assert post({**request, "inputs": text})[1]["outputs"]["file_bytes"] == encoded


def test_json_that_goes_on_or_is_not_finite(post):
    body = '{"instances": [[NaN, Infinity, 0, 0, 0]]} and more'
    status, answer = post(body)
    assert status == 200
    assert np.shape(answer["predictions"]) == (1, 6, 4, 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [("", "not JSON"), ("{", "not JSON"), ("[1]", "not a JSON object"),
     (b"\xff", "not JSON"), ({}, "Exactly one"),
     ({"inputs": [[0]], "instances": [[0]]}, "Exactly one"),
     ({"instances": []}, "at least one"), ({"instances": {"latents": [0]}}, "list"),
     ({"instances": [[0], [0, 1]]}, "ragged"), ({"instances": [["a"]]}, "float32"),
     ({"instances": [[True]]}, "float32"), ({"instances": [[None]]}, "float32"),
     ({"instances": [{"z": [0]}]}, "keys latents"),
     ({"instances": [{"latents": [0]}, [0]]}, "mixes"),
     ({"inputs": {"z": [[0]]}}, "missing: latents"),
     ({"instances": [[0, 0]]}, "Matrix size-incompatible"),
     ({"instances": [0]}, "ndims"),
     ({"signature_name": 3, "instances": [[0]]}, "string"),
     ({"signature_name": "paint", "instances": [[0]]}, "paint")],
)  # fmt: skip
def test_bad_requests(post, body, said):
    status, answer = post(body)
    assert status == 400
    assert list(answer) == ["error"]
    assert said in answer["error"]


@pytest.mark.parametrize("num_samples", [2.0, 2**31, -(2**31) - 1, "2", [2], True])
def test_bad_scalars(post, num_samples):
    inputs = {"num_samples": num_samples, "seed": 0}
    status, answer = post({"signature_name": "sample", "inputs": inputs})
    assert status == 400, answer
    # A row of scalars is a tensor of rank 1: the row form cannot ask for samples.
    row = {"num_samples": 2, "seed": 0}
    assert post({"signature_name": "sample", "instances": [row]})[0] == 400


def test_paths(server, post):
    body = {"instances": [[0, 0, 0, 0, 0]]}
    assert post(body, "/V1/MODELS/small/versions/1:PREDICT")[0] == 200
    assert post(body, "/v1/models/sm%61ll:predict")[0] == 200
    assert post(body, "/v1/models/large:predict")[0] == 404
    assert post(body, "/v1/models/small/versions/2:predict")[0] == 404
    assert post(body, "/v1/models/small/labels/stable:predict")[0] == 400
    assert post(body, "/v1/models/small:paint")[0] == 400
    assert post(body, "/v1/models/small:classify")[0] == 400
    for method in ("get", "post"):
        response = getattr(requests, method)(server.rest + "/v2/health")
        assert response.status_code == 404


def test_status(server):
    expected = {"model_version_status": [{
        "version": "1", "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""}}]}  # fmt: skip
    for path in ("", "/versions/1"):
        response = requests.get(f"{server.rest}/v1/models/small{path}")
        assert (response.status_code, response.json()) == (200, expected)
    assert requests.get(f"{server.rest}/v1/models/large").status_code == 404


def test_metadata(server):
    answer = requests.get(f"{server.rest}/v1/models/small/metadata").json()
    assert answer["model_spec"]["name"] == "small"
    assert answer["model_spec"]["version"] == "1"
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    latents = signatures["serving_default"]["inputs"]["latents"]
    assert latents["dtype"] == "DT_FLOAT"
    sizes = [dim["size"] for dim in latents["tensor_shape"]["dim"]]
    assert sizes == ["-1", "5"]
    assert latents["tensor_shape"]["unknown_rank"] is False


def test_the_rest_is_unimplemented(server):
    with grpc.insecure_channel(server.grpc) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        with pytest.raises(grpc.RpcError) as e:
            stub.Regress(regression_pb2.RegressionRequest())
    assert e.value.code() == grpc.StatusCode.UNIMPLEMENTED
