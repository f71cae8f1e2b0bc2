"""history_read: that somebody looked into the engine's histories stands with the account"""

from alembic import op

revision = 'e2b41f7c90da'
down_revision = 'd7a05c3e91f4'
branch_labels = None
depends_on = None

_BEFORE = "'invited', 'reset_sent', 'reset_asked', 'invitation_taken', 'password_reset', 'password_changed', 'signed_in', 'single_sign_on_linked', 'second_factor_set', 'second_factor_removed', 'second_factor_reset', 'recovery_codes_made', 'recovery_code_used', 'sessions_ended', 'disabled', 'enabled', 'detached', 'key_made', 'key_ended'"


def _known(kinds: str) -> None:
    op.drop_constraint(op.f('ck_account_events_kind_known'), 'account_events', type_='check')
    op.create_check_constraint(op.f('ck_account_events_kind_known'), 'account_events', f'kind IN ({kinds})')


def upgrade() -> None:
    _known(f"{_BEFORE}, 'history_read'")


def downgrade() -> None:
    op.execute("ALTER TABLE account_events DISABLE TRIGGER append_only")
    op.execute("DELETE FROM account_events WHERE kind = 'history_read'")
    op.execute("ALTER TABLE account_events ENABLE TRIGGER append_only")
    _known(_BEFORE)
