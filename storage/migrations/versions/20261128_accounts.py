"""accounts, sessions, keys for systems, mail; demo tokens become keys"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '49b139e699d0'
down_revision = 'e19c4a7d20b8'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('login', sa.String(), nullable=False, comment="mail address or a name of the school's choice"),
    sa.Column('email', sa.String(), server_default='', nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True, comment='argon2id; none before the invitation was taken'),
    sa.Column('totp_locked', sa.LargeBinary(), nullable=True, comment='RFC 6238 secret, encrypted'),
    sa.Column('totp_step', sa.Integer(), server_default='0', nullable=False, comment='of the newest code taken: none serves twice'),
    sa.Column('issuer', sa.String(), server_default='', nullable=False, comment='of single sign-on (OpenID Connect)'),
    sa.Column('subject', sa.String(), server_default='', nullable=False),
    sa.Column('language', sa.String(), server_default='vi', nullable=False),
    sa.Column('wants_digest', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('wants_mail', sa.Boolean(), server_default='true', nullable=False, comment='what cannot wait for the digest'),
    sa.Column('quiet_from', sa.Time(), server_default='21:00', nullable=False),
    sa.Column('quiet_until', sa.Time(), server_default='06:00', nullable=False),
    sa.Column('channel_locked', sa.LargeBinary(), nullable=True, comment='further channel (apprise), encrypted'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("language IN ('vi', 'en')", name=op.f('ck_accounts_language_known')),
    sa.CheckConstraint("login <> ''", name=op.f('ck_accounts_login_there')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts'))
    )
    op.create_index('uq_accounts_login', 'accounts', [sa.literal_column('lower(login)')], unique=True)
    op.create_index('uq_accounts_subject', 'accounts', ['issuer', 'subject'], unique=True, postgresql_where=sa.text("subject <> ''"))
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('login_sha256', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('device_sha256', sa.String(), server_default='', nullable=False),
    sa.Column('attempted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts'))
    )
    op.create_index('ix_sign_in_attempts_login', 'sign_in_attempts', ['login_sha256', 'attempted_at'], unique=False)
    op.create_index('ix_sign_in_attempts_network', 'sign_in_attempts', ['network', 'attempted_at'], unique=False)
    op.create_table('known_devices',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('device_sha256', sa.String(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_known_devices_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'device_sha256', name=op.f('pk_known_devices'))
    )
    op.create_table('mails',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('send_after', sa.DateTime(timezone=True), nullable=True, comment="end of the person's quiet hours"),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.String(), server_default='', nullable=False),
    sa.CheckConstraint("kind IN ('digest', 'notice', 'invitation', 'password_reset')", name=op.f('ck_mails_kind_known')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_mails_account_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_mails'))
    )
    op.create_index('ix_mails_unsent', 'mails', ['created_at'], unique=False, postgresql_where=sa.text('sent_at IS NULL'))
    op.create_table('account_links',
    sa.Column('token_sha256', sa.String(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('invitation', 'password_reset')", name=op.f('ck_account_links_purpose_known')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_links_account_id')),
    sa.ForeignKeyConstraint(['made_by'], ['staff.id'], name=op.f('fk_account_links_made_by')),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_account_links'))
    )
    op.create_index(op.f('ix_account_links_account_id'), 'account_links', ['account_id'], unique=False)
    op.create_table('account_sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('duty', sa.String(), nullable=False),
    sa.Column('token_sha256', sa.String(), nullable=False),
    sa.Column('device', sa.String(), nullable=False, comment='program and system, in words for the owner'),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('has_second_factor', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("duty IN ('subject_teacher', 'homeroom', 'principal', 'vice_principal', 'seal_clerk', 'system_admin')", name=op.f('ck_account_sessions_duty_known')),
    sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_account_sessions_hash_is_hex')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_sessions_account_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_account_sessions_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_sessions')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_account_sessions_token_sha256'))
    )
    op.create_index(op.f('ix_account_sessions_account_id'), 'account_sessions', ['account_id'], unique=False)
    op.create_table('api_tokens',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('token_sha256', sa.String(), nullable=False),
    sa.Column('scopes', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='codes of domain.scopes.Scope'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_api_tokens_hash_is_hex')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_api_tokens_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_api_tokens_token_sha256'))
    )
    op.create_index(op.f('ix_api_tokens_staff_id'), 'api_tokens', ['staff_id'], unique=False)
    op.create_table('last_looks',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('class_term_id', sa.Uuid(), nullable=False),
    sa.Column('wf_seq', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['class_term_id'], ['class_terms.id'], name=op.f('fk_last_looks_class_term_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_last_looks_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', 'class_term_id', name=op.f('pk_last_looks'))
    )
    op.execute(
        "INSERT INTO api_tokens (id, staff_id, name, token_sha256, scopes, expires_at)"
        " SELECT gen_random_uuid(), staff_id, 'Bản dùng thử', token_sha256,"
        " '[\"read\", \"enter\", \"rosters\", \"decide\", \"sign\"]', now() + interval '10 years' FROM demo_tokens"
    )
    op.drop_table('demo_tokens')
    op.drop_constraint(op.f('ck_notices_kind_known'), 'notices', type_='check')
    op.create_check_constraint(op.f('ck_notices_kind_known'), 'notices', "kind IN ('signature_void', 'returned', 'deadline', 'certificate', 'nudge', 'turn', 'new_device')")
    op.add_column('staff', sa.Column('account_id', sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f('uq_staff_account_id_school_id'), 'staff', ['account_id', 'school_id'])
    op.create_foreign_key(op.f('fk_staff_account_id'), 'staff', 'accounts', ['account_id'], ['id'])



def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind IN ('nudge', 'turn', 'new_device')")
    op.drop_constraint(op.f('ck_notices_kind_known'), 'notices', type_='check')
    op.create_check_constraint(op.f('ck_notices_kind_known'), 'notices', "kind IN ('signature_void', 'returned', 'deadline', 'certificate')")
    op.drop_constraint(op.f('fk_staff_account_id'), 'staff', type_='foreignkey')
    op.drop_constraint(op.f('uq_staff_account_id_school_id'), 'staff', type_='unique')
    op.drop_column('staff', 'account_id')
    op.create_table('demo_tokens',
    sa.Column('token_sha256', sa.VARCHAR(), autoincrement=False, nullable=False),
    sa.Column('staff_id', sa.UUID(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_demo_tokens_staff_id')),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_demo_tokens'))
    )
    op.drop_table('last_looks')
    op.drop_index(op.f('ix_api_tokens_staff_id'), table_name='api_tokens')
    op.drop_table('api_tokens')
    op.drop_index(op.f('ix_account_sessions_account_id'), table_name='account_sessions')
    op.drop_table('account_sessions')
    op.drop_index(op.f('ix_account_links_account_id'), table_name='account_links')
    op.drop_table('account_links')
    op.drop_index('ix_mails_unsent', table_name='mails', postgresql_where=sa.text('sent_at IS NULL'))
    op.drop_table('mails')
    op.drop_table('known_devices')
    op.drop_index('ix_sign_in_attempts_network', table_name='sign_in_attempts')
    op.drop_index('ix_sign_in_attempts_login', table_name='sign_in_attempts')
    op.drop_table('sign_in_attempts')
    op.drop_index('uq_accounts_subject', table_name='accounts', postgresql_where=sa.text("subject <> ''"))
    op.drop_index('uq_accounts_login', table_name='accounts')
    op.drop_table('accounts')
