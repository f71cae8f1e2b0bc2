"""What delivery needs, made once from the settings."""

from activities.carriers import Carrier, MailCarrier, MailServer, SchoolChannel
from activities.letters import COMPOSERS
from activities.mailing import MailingActivities, Post
from config.settings import Settings
from storage import mails
from storage.database import Sessions


def make_mailing(settings: Settings, sessions: Sessions) -> MailingActivities:
    """Without a mail server nothing is sent, and the administrator's list shows what would have been."""
    carriers: dict[str, Carrier] = {}
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
    return MailingActivities(sessions, Post(COMPOSERS, carriers, settings.site_url))
