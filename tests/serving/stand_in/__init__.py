"""A stand-in for TensorFlow Serving, for tests and benchmarks on one machine.

It is not TensorFlow Serving. It loads the same SavedModels by the same C function, and
speaks the same two protocols: gRPC through the official servicer classes, and REST in
the documented forms. It merges no requests and limits nothing, and its speed says
nothing of the real server's.
"""

from tests.serving.stand_in.server import StandIn

__all__ = ["StandIn"]
