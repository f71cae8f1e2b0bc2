"""Who signs in, from where, and with which tokens; secrets are hashed, or locked under the installation's key."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.account_states import AccountEventKind
from domain.duties import Duty
from storage.tables.base import SHA256, Base, Key, Now, Text, one_of

LANGUAGES = ("vi", "en")
LINK_PURPOSES = ("invitation", "password_reset")
ATTEMPT_PURPOSES = ("password", "code", "mail", "pupil")


class Account(Base):
    """How a person signs in; the same account serves a person who works at several schools."""

    __tablename__ = "accounts"
    __table_args__ = (
        one_of("language", LANGUAGES),
        Index("uq_accounts_login", func.lower(text("login")), unique=True),
        Index("uq_accounts_subject", "issuer", "subject", unique=True, postgresql_where=text("subject <> ''")),
        CheckConstraint("login <> ''", name="login_there"),
    )

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(comment="mail address or a name of the school's choice")
    email: Mapped[Text]
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id; none before the invitation was taken")
    totp_locked: Mapped[bytes | None] = mapped_column(LargeBinary, comment="RFC 6238 secret, encrypted")
    totp_step: Mapped[int] = mapped_column(server_default="0", comment="of the newest code taken: none serves twice")
    issuer: Mapped[Text] = mapped_column(comment="of single sign-on (OpenID Connect)")
    subject: Mapped[Text]
    language: Mapped[str] = mapped_column(server_default="vi")
    wants_digest: Mapped[bool] = mapped_column(server_default="true")
    wants_mail: Mapped[bool] = mapped_column(server_default="true", comment="what cannot wait for the digest")
    quiet_from: Mapped[time] = mapped_column(server_default="21:00")
    quiet_until: Mapped[time] = mapped_column(server_default="06:00")
    channel_locked: Mapped[bytes | None] = mapped_column(LargeBinary, comment="further channel (apprise), encrypted")
    created_at: Mapped[Now]
    disabled_at: Mapped[datetime | None]


class AccountSession(Base):
    """One signed-in browser. `duty` is the desk that its person sits at; rights always follow the assignments."""

    __tablename__ = "account_sessions"
    __table_args__ = (one_of("duty", Duty), CheckConstraint(f"token_sha256 {SHA256}", name="hash_is_hex"))

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    duty: Mapped[str]
    token_sha256: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str] = mapped_column(comment="program and system, in words for the owner")
    network: Mapped[str]
    has_second_factor: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Now]
    seen_at: Mapped[Now]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccountLink(Base):
    """An invitation or a password reset: used once, by whoever holds the link.

    Its token follows from the nonce and the installation's key, so it can be mailed again but is kept nowhere.
    """

    __tablename__ = "account_links"
    __table_args__ = (one_of("purpose", LINK_PURPOSES), CheckConstraint(f"token_sha256 {SHA256}", name="hash_is_hex"))

    id: Mapped[Key]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A wrong password or code, by name, network and device: what limits guessing without locking the owner out."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        one_of("purpose", ATTEMPT_PURPOSES),
        Index("ix_sign_in_attempts_login", "login_sha256", "attempted_at"),
        Index("ix_sign_in_attempts_network", "network", "attempted_at"),
    )

    id: Mapped[Key]
    purpose: Mapped[str] = mapped_column(server_default="password")
    login_sha256: Mapped[str]
    network: Mapped[str]
    device_sha256: Mapped[Text] = mapped_column(comment="only of a browser that the account knows: it is counted apart")
    attempted_at: Mapped[Now]


class KnownDevice(Base):
    """A browser that an account has signed in with before."""

    __tablename__ = "known_devices"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    device_sha256: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str]
    first_seen_at: Mapped[Now]
    seen_at: Mapped[Now]


class ApiToken(Base):
    """A key for a system. It acts for the member of staff it belongs to, within its scopes."""

    __tablename__ = "api_tokens"
    __table_args__ = (CheckConstraint(f"token_sha256 {SHA256}", name="hash_is_hex"), UniqueConstraint("token_sha256"))

    id: Mapped[Key]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str]
    token_sha256: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(JSONB, comment="codes of domain.scopes.Scope")
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """What serves once instead of the code of a lost device; kept as a keyed hash."""

    __tablename__ = "recovery_codes"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    code_mac: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[Now]
    used_at: Mapped[datetime | None]


class AccountEvent(Base):
    """Who did what to which account, when and from where. Insert only: a trigger refuses UPDATE and DELETE."""

    __tablename__ = "account_events"
    __table_args__ = (one_of("kind", AccountEventKind), Index("ix_account_events_account", "account_id", "id"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="null: from the command line")
    kind: Mapped[str]
    network: Mapped[Text]
    device: Mapped[Text]
    reason: Mapped[Text]
    happened_at: Mapped[Now]
