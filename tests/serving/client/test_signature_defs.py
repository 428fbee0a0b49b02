from kgan.serving.client.signature_defs import Signature, Tensor, read


def test_read():
    dims = [{"size": "-1", "name": ""}, {"size": "3", "name": ""}]
    images = {"dtype": "DT_UINT8", "tensor_shape": {"dim": dims}, "name": "a:0"}
    anything = {"dtype": "DT_HALF", "tensor_shape": {"unknown_rank": True}}
    seed = {"dtype": "DT_INT32", "tensor_shape": {"dim": [], "unknown_rank": False}}
    signature = {"inputs": {"seed": seed, "x": anything}, "outputs": {"i": images}}
    assert read({"sample": signature, "__saved_model_init_op": {}}) == {
        "sample": Signature(
            {"seed": Tensor("int32", ()), "x": Tensor("DT_HALF", None)},
            {"i": Tensor("uint8", (None, 3))},
        )
    }
