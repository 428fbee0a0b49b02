"""Files, network, backend, registry: nothing here depends on GANs."""
