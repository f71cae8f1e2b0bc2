"""delivery: by which channel a message goes, when it is over and done with, and which message tells a notice"""

from alembic import op
import sqlalchemy as sa

revision = 'd21f8e6c4a07'
down_revision = 'c7d10a95be21'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('mails', sa.Column('channel', sa.String(), server_default='mail', nullable=False))
    op.add_column('mails', sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True, comment='sent, or never to be sent: then `trouble` says why'))
    op.alter_column('mails', 'send_after', comment="end of the person's quiet hours, or the next attempt")
    op.execute('UPDATE mails SET closed_at = sent_at')
    op.create_check_constraint(op.f('ck_mails_channel_known'), 'mails', "channel IN ('mail', 'own', 'school')")
    op.create_check_constraint(op.f('ck_mails_sent_is_closed'), 'mails', 'sent_at IS NULL OR closed_at IS NOT NULL')
    op.drop_index('ix_mails_unsent', table_name='mails')
    op.create_index('ix_mails_open', 'mails', ['created_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.add_column('notices', sa.Column('mail_key', sa.String(), nullable=True, comment='of the message that tells it outside of the application'))
    op.create_index('ix_notices_untold', 'notices', ['created_at'], unique=False, postgresql_where=sa.text('read_at IS NULL AND mail_key IS NULL'))
    op.create_index('ix_notices_mail_key', 'notices', ['mail_key'], unique=False, postgresql_where=sa.text('mail_key IS NOT NULL'))
    op.create_index('ix_notices_staff', 'notices', ['staff_id', 'created_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_notices_staff', table_name='notices')
    op.drop_index('ix_notices_mail_key', table_name='notices')
    op.drop_index('ix_notices_untold', table_name='notices')
    op.drop_column('notices', 'mail_key')
    op.drop_index('ix_mails_open', table_name='mails')
    op.create_index('ix_mails_unsent', 'mails', ['created_at'], unique=False, postgresql_where=sa.text('sent_at IS NULL'))
    op.drop_constraint(op.f('ck_mails_sent_is_closed'), 'mails', type_='check')
    op.drop_constraint(op.f('ck_mails_channel_known'), 'mails', type_='check')
    op.drop_column('mails', 'closed_at')
    op.drop_column('mails', 'channel')
