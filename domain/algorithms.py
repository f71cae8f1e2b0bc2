"""Which signature algorithms may be used, from when to when: policy with a source, asked for the day of a signature.

A signature is judged by the day it was made on (proven), never by today: what was allowed then stays good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

SHA2 = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True)
class AlgorithmRule:
    """A scheme (`rsa`, `rsassa_pss`, `ecdsa`) with keys of so many bits or more, on days from `since` to `until`."""

    scheme: str
    min_bits: int
    since: date
    until: date | None
    source: str
    digests: frozenset[str] = SHA2

    def allows(self, scheme: str, digest: str, key_bits: int, on: date) -> bool:
        is_then = self.since <= on and (self.until is None or on <= self.until)
        return is_then and scheme == self.scheme and digest in self.digests and key_bits >= self.min_bits


_EARLIER, _CURRENT = "Circular 22/2020/TT-BTTTT", "Circular 15/2025/TT-BKHCN, annex I"
_FROM = date(2020, 10, 22)
# The circular names RSASSA-PSS only. PKCS#1 v1.5 is what today's services return, so it is accepted beside it; that and
# the last day of 2048 bits (NIST SP 800-131A: 112 bits of security until the end of 2030) are ours to change.
ALGORITHMS: tuple[AlgorithmRule, ...] = (
    AlgorithmRule("rsassa_pss", 2048, _FROM, date(2030, 12, 31), f"{_EARLIER}; {_CURRENT}"),
    AlgorithmRule("rsassa_pss", 3072, _FROM, None, f"{_EARLIER}; {_CURRENT}"),
    AlgorithmRule("rsa", 2048, _FROM, date(2030, 12, 31), f"{_EARLIER}; practice of the public services"),
    AlgorithmRule("rsa", 3072, _FROM, None, f"{_EARLIER}; practice of the public services"),
    AlgorithmRule("ecdsa", 256, _FROM, None, f"{_EARLIER}; {_CURRENT}"),
)


def is_allowed(scheme: str, digest: str, key_bits: int, on: date, rules: Sequence[AlgorithmRule] = ALGORITHMS) -> bool:
    """Whether a signature of this kind made on that day is accepted."""
    return any(rule.allows(scheme, digest, key_bits, on) for rule in rules)
