"""The models that are merged, and what their numbers mean: who may use numbers that others made."""

from hashlib import blake2b

from online_models.contract import Numbered
from online_models.replica import Replica

MODELS: tuple[type[Numbered], ...] = tuple(type(model) for model in Replica().merged)
"""Those that are merged."""

MEANING = blake2b(
    "\n".join(f"{model.name}={model.schema}" for model in MODELS).encode(), digest_size=6
).hexdigest()
"""Equal where numbers of all these models can be exchanged."""
