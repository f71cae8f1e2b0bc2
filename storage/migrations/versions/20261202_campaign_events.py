"""campaign events: who opened, held and closed a campaign or put another policy in force, and why"""

from alembic import op
import sqlalchemy as sa

revision = 'e6a2b94c0d17'
down_revision = '3b7f0d92ae64'
branch_labels = None
depends_on = None

# Of campaigns opened before it is known who opened them and when, not under which policy.
OPENED = """
INSERT INTO campaign_events (command_id, campaign_id, deed, staff_id, happened_at)
SELECT id, id, 'opened', opened_by, created_at FROM campaigns ORDER BY created_at
"""


def upgrade() -> None:
    op.create_table('campaign_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('command_id', sa.Uuid(), nullable=False, comment='of an opening: the campaign'),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('deed', sa.String(), nullable=False),
    sa.Column('policy_id', sa.Uuid(), nullable=True),
    sa.Column('policy_version', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('happened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("deed <> 'policy' OR num_nonnulls(policy_id, policy_version) = 2", name=op.f('ck_campaign_events_policy_said')),
    sa.CheckConstraint("deed IN ('opened', 'paused', 'resumed', 'closed', 'policy')", name=op.f('ck_campaign_events_deed_known')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_events_campaign_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['policies.id'], name=op.f('fk_campaign_events_policy_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_campaign_events_reason_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_campaign_events_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_events')),
    sa.UniqueConstraint('command_id', 'deed', name=op.f('uq_campaign_events_command_id_deed'))
    )
    op.create_index(op.f('ix_campaign_events_campaign_id'), 'campaign_events', ['campaign_id'], unique=False)
    op.execute(OPENED)
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON campaign_events FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON campaign_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')


def downgrade() -> None:
    op.drop_table('campaign_events')
