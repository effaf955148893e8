"""The person who is erased, by all their keys, and whether a message is theirs or names them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from processors.identity import Pseudonyms
from processors.naming import keys_in
from stream.records import HOME_PAGE, TENANT


@dataclass(frozen=True, slots=True)
class Person:
    """All learner keys of one person."""

    keys: tuple[str, ...]
    pseudonyms: Pseudonyms
    """Of their tenant."""
    home_page: str
    """Of accounts that come without one."""
    tenant: str
    """Of messages that do not say whose they are."""

    @property
    def digest(self) -> str:
        """Names the person in the receipt."""
        return self.pseudonyms.digest(("erasure:" + ",".join(sorted(self.keys))).encode())

    def is_named(self, raw: bytes, headers: Mapping[str, bytes]) -> bool:
        """Whether a statement, a dead letter or an event names them, in whatever place.

        A message of another tenant does not: the same address there is another learner.
        """
        said = headers.get(TENANT)
        tenant = self.tenant if said is None else said.decode(errors="replace")
        if tenant != self.pseudonyms.tenant:
            return any(key.encode() in raw for key in self.keys)
        home = headers.get(HOME_PAGE)
        home_page = self.home_page if home is None else home.decode(errors="replace")
        return not keys_in(raw, self.pseudonyms, home_page).isdisjoint(self.keys)

    def owns(self, key: bytes | None) -> bool:
        """Whether a message's key is one of theirs, or of the word that they are erased."""
        return key is not None and key.rpartition(b":")[2].decode(errors="replace") in self.keys


def person_of(keys: Iterable[str], pseudonyms: Pseudonyms, home_page: str, tenant: str) -> Person:
    """The person of these keys, each once, in order."""
    return Person(tuple(dict.fromkeys(keys)), pseudonyms, home_page, tenant)
