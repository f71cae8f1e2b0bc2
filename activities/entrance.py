"""Everything that the door of an installation consists of, made once."""

from dataclasses import dataclass

from activities.account_links import Links
from activities.second_factor import SecondFactor
from activities.signing_in import SigningIn
from activities.single_sign_on import Provider, SingleSignOn
from signing.vault import Vault
from storage.database import Sessions


@dataclass(frozen=True)
class Entrance:
    vault: Vault
    site_url: str
    signing_in: SigningIn
    second_factor: SecondFactor
    links: Links
    single_sign_on: SingleSignOn | None = None

    @classmethod
    def make(cls, sessions: Sessions, vault: Vault, site_url: str, provider: Provider | None = None) -> "Entrance":
        signing_in = SigningIn(sessions, vault)
        return cls(
            vault,
            site_url,
            signing_in,
            SecondFactor(sessions, vault),
            Links(signing_in, sessions),
            SingleSignOn(provider, vault) if provider else None,
        )
