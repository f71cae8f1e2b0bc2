"""A development certificate authority: root, issuing CA, certificates of people and of the school.

Made at set-up, never for production: its private keys lie unencrypted (mode 0600) in its folder.

A person's certificate carries the 12-digit personal id as `UID=CCCD:<id>`, as Vietnamese public CAs write it.
A school's certificate carries its school code as organizationIdentifier `SC:VN-<code>`: ETSI EN 319 412-1 section 5.1.4
lets a country define two letters of its own, and "SC" (school code) keeps it apart from `MST:`, which is the tax code.
"""

from signing.authority.certificates import IssuedKey, KeyKind, common_name, subject_id
from signing.authority.development import DevelopmentAuthority
from signing.authority.files import make_private, write_private

__all__ = ["DevelopmentAuthority", "IssuedKey", "KeyKind", "common_name", "make_private", "subject_id", "write_private"]
