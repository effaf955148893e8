"""What the log says builds on what, and is about what: proposed to a person, never applied."""

from offline.proposals.mining import Mining, Proposals, mine
from offline.proposals.text import sentences, yaml_of

__all__ = ["Mining", "Proposals", "mine", "sentences", "yaml_of"]
