"""Declares protocol buffers in Python, for the few messages of TF Serving in use."""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto


def declare(
    package: str, messages: dict[str, dict[str, tuple[int, str]]]
) -> dict[str, type]:
    """Makes classes of messages, in a pool of their own.

    Args:
        package: the name of the package of the messages.
        messages: message -> field -> (number, type). The type is another message or a
            type of proto3, with "repeated " before it for a list. A map is a repeated
            message with the fields `key` and `value`.

    Returns:
        Message -> class.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto3"
    )
    for message, fields in messages.items():
        declared = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            *repeated, kind = kind.split()
            field = declared.field.add(name=name, number=number)
            field.label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            if kind in messages:
                field.type = _Field.TYPE_MESSAGE
                field.type_name = f".{package}.{kind}"
            else:
                field.type = getattr(_Field, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptors = {
        name: pool.FindMessageTypeByName(f"{package}.{name}") for name in messages
    }
    return {name: message_factory.GetMessageClass(d) for name, d in descriptors.items()}
