"""decision origins: with which device and from which network a decision was sent"""

from alembic import op
import sqlalchemy as sa

revision = '5d0c2f6b9a41'
down_revision = 'd21f8e6c4a07'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('decision_origins',
    sa.Column('command_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_decision_origins_staff_id')),
    sa.PrimaryKeyConstraint('command_id', name=op.f('pk_decision_origins'))
    )
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_origins FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON decision_origins FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')


def downgrade() -> None:
    op.drop_table('decision_origins')
