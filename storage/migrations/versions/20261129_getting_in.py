"""links that can be mailed again, codes for a lost device, what happened to accounts"""

from alembic import op
import sqlalchemy as sa

revision = '7c1d9e5a4b30'
down_revision = '5d0c2f6b9a41'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No link was ever given out before: nothing made any.
    op.execute('DELETE FROM account_links')
    op.drop_constraint(op.f('pk_account_links'), 'account_links', type_='primary')
    op.add_column('account_links', sa.Column('id', sa.Uuid(), nullable=False))
    op.add_column('account_links', sa.Column('nonce', sa.LargeBinary(), nullable=False))
    op.create_primary_key(op.f('pk_account_links'), 'account_links', ['id'])
    op.create_unique_constraint(op.f('uq_account_links_token_sha256'), 'account_links', ['token_sha256'])
    op.create_check_constraint(op.f('ck_account_links_hash_is_hex'), 'account_links', "token_sha256 ~ '^[0-9a-f]{64}$'")
    op.add_column('sign_in_attempts', sa.Column('purpose', sa.String(), server_default='password', nullable=False))
    op.create_check_constraint(op.f('ck_sign_in_attempts_purpose_known'), 'sign_in_attempts', "purpose IN ('password', 'code', 'mail')")
    op.alter_column('sign_in_attempts', 'device_sha256', comment='only of a browser that the account knows: it is counted apart')
    op.create_table('recovery_codes',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('code_mac', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_recovery_codes_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'code_mac', name=op.f('pk_recovery_codes'))
    )
    op.create_table('account_events',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True, comment='null: from the command line'),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('network', sa.String(), server_default='', nullable=False),
    sa.Column('device', sa.String(), server_default='', nullable=False),
    sa.Column('reason', sa.String(), server_default='', nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('invited', 'reset_sent', 'reset_asked', 'invitation_taken', 'password_reset', 'password_changed', 'signed_in', 'single_sign_on_linked', 'second_factor_set', 'second_factor_removed', 'second_factor_reset', 'recovery_codes_made', 'recovery_code_used', 'sessions_ended', 'disabled', 'enabled', 'detached', 'key_made', 'key_ended')", name=op.f('ck_account_events_kind_known')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_events_account_id')),
    sa.ForeignKeyConstraint(['actor_id'], ['staff.id'], name=op.f('fk_account_events_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_events'))
    )
    op.create_index('ix_account_events_account', 'account_events', ['account_id', 'id'], unique=False)
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_events FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON account_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')


def downgrade() -> None:
    op.drop_table('account_events')
    op.drop_table('recovery_codes')
    op.alter_column('sign_in_attempts', 'device_sha256', comment=None)
    op.drop_column('sign_in_attempts', 'purpose')
    op.execute('DELETE FROM account_links')
    op.drop_constraint(op.f('ck_account_links_hash_is_hex'), 'account_links', type_='check')
    op.drop_constraint(op.f('uq_account_links_token_sha256'), 'account_links', type_='unique')
    op.drop_constraint(op.f('pk_account_links'), 'account_links', type_='primary')
    op.drop_column('account_links', 'nonce')
    op.drop_column('account_links', 'id')
    op.create_primary_key(op.f('pk_account_links'), 'account_links', ['token_sha256'])
