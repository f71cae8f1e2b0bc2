"""What delivery needs, made once from the settings."""

from functools import partial

from sqlalchemy.orm import Session

from activities.account_mail import compose_link_mail
from activities.carriers import Carrier, MailCarrier, MailServer, OwnChannel, SchoolChannel
from activities.channels import unlock_channel
from activities.letters import COMPOSERS, Composer, Letter
from activities.mailing import MailingActivities, Post
from config.settings import Settings
from signing.vault import Vault
from storage import mails
from storage.database import Sessions
from storage.tables import MailRow


def make_mailing(settings: Settings, sessions: Sessions) -> MailingActivities:
    """Without a mail server nothing is sent, and the administrator's list shows what would have been."""
    vault = Vault.open(settings.secrets_dir)
    carriers: dict[str, Carrier] = {mails.OWN: OwnChannel(partial(unlock_channel, vault))}
    if settings.smtp_host:
        carriers[mails.MAIL] = MailCarrier(
            MailServer(
                host=settings.smtp_host,
                port=settings.smtp_port,
                sender=settings.smtp_from,
                security=settings.smtp_security,
                user=settings.smtp_user,
                password=settings.smtp_password,
                ca_file=settings.smtp_ca_file,
                timeout_s=settings.smtp_timeout_s,
            )
        )
    if settings.apprise_config is not None:
        carriers[mails.SCHOOL] = SchoolChannel(settings.apprise_config)
    return MailingActivities(sessions, Post(composers(vault), carriers, settings.site_url))


def composers(vault: Vault) -> dict[str, Composer]:
    """What is written for each kind; links are made with the installation's key, which stays in this process."""

    def compose_link(session: Session, row: MailRow, site_url: str) -> Letter:
        return compose_link_mail(session, row.key, vault, site_url)

    return {**COMPOSERS, "invitation": compose_link, "password_reset": compose_link}
