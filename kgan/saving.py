"""What a `.keras` file keeps of a GAN: more than Keras does by itself."""

import keras


class SavedWhole(keras.Model):
    """A model of two networks and two optimizers that is saved and loaded whole.

    Keras knows one optimizer a model, and saves no random seeds. Here the arguments,
    both optimizers with their slots, and the seeds of latents and dropout come along,
    so that a loaded model goes on as the saved one would.
    """

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            **self._game_config(),
        }

    def _game_config(self):
        """The arguments that every GAN takes."""
        serialize = keras.saving.serialize_keras_object
        return {
            "loss": serialize(self.objective),
            "latent_prior": serialize(self.latent_prior),
            "discriminator_steps": self.discriminator_steps,
            "ema_decay": self.ema_decay,
            "ema_ramp": self.ema_ramp,
            "synchronized": self.synchronized,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for network in ("generator", "discriminator"):
            if isinstance(config.get(network), dict):
                config[network] = keras.saving.deserialize_keras_object(
                    config[network], custom_objects=custom_objects
                )
        return cls(**config)

    def get_compile_config(self):
        return {
            "d_optimizer": keras.saving.serialize_keras_object(self.d_optimizer),
            "g_optimizer": keras.saving.serialize_keras_object(self.g_optimizer),
        }

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def save_own_variables(self, store):
        super().save_own_variables(store)
        # Keras saves no random seeds.
        for i, state in enumerate(self._seed_states()):
            store[f"seed_{i}"] = state.numpy()

    def load_own_variables(self, store):
        for i, state in enumerate(self._seed_states()):
            state.assign(store[f"seed_{i}"])
        own = {k: store[k] for k in store.keys() if "seed_" not in k}  # noqa: SIM118
        super().load_own_variables(own)

    def _seed_states(self):
        weights = {id(v) for v in self.weights}
        return [v for v in self.variables if id(v) not in weights]
