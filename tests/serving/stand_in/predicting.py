"""A request checked against its signature, and run."""

import tensorflow as tf

from tests.serving.stand_in.refused import NAMES, RefusedError, invalid

_DEFAULT = "serving_default"


def signature_of(session, name):
    """(name, `SignatureDef`) of what a request asks for."""
    name = name or _DEFAULT
    if name not in session.signatures:
        message = f"The model has no signature {name}"
        raise RefusedError("FAILED_PRECONDITION", message)
    return name, session.signatures[name]


def predict(session, name, signature, inputs, output_filter=()):
    """dict name -> array; all outputs, or those of `output_filter`."""
    extra, absent = set(inputs) - set(signature.inputs), set(signature.inputs)
    absent -= set(inputs)
    if extra or absent:
        raise invalid(f"Inputs too many: {sorted(extra)}; missing: {sorted(absent)}")
    unknown = set(output_filter) - set(signature.outputs)
    if unknown or len(set(output_filter)) < len(output_filter):
        raise invalid(f"Outputs unknown or named twice: {list(output_filter)}")
    for key, array in inputs.items():
        wanted = tf.as_dtype(signature.inputs[key].dtype)
        if tf.as_dtype(array.dtype) != wanted:
            raise invalid(f"Input {key} is {array.dtype}, not {wanted.name}")
    try:
        outputs = session.run(name, inputs)
    except tf.errors.OpError as error:
        raise RefusedError(NAMES[error.error_code], error.message) from None
    return {key: outputs[key] for key in output_filter or sorted(outputs)}
