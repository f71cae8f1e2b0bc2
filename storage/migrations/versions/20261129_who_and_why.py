"""who and why: who sent a nudge, why an office ended and who ended it"""

from alembic import op
import sqlalchemy as sa

revision = 'e4b7a1c09d35'
down_revision = '7d3c51e8a9f4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('notices', sa.Column('sent_by', sa.Uuid(), nullable=True, comment='who nudged; none: the system'))
    op.create_foreign_key(op.f('fk_notices_sent_by_staff'), 'notices', 'staff', ['sent_by'], ['id'])
    op.add_column('positions', sa.Column('end_reason_id', sa.Uuid(), nullable=True, comment='why it ended'))
    op.create_foreign_key(op.f('fk_positions_end_reason_id_reasons'), 'positions', 'reasons', ['end_reason_id'], ['id'])
    op.add_column('positions', sa.Column('ended_by', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_positions_ended_by_staff'), 'positions', 'staff', ['ended_by'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_positions_ended_by_staff'), 'positions', type_='foreignkey')
    op.drop_column('positions', 'ended_by')
    op.drop_constraint(op.f('fk_positions_end_reason_id_reasons'), 'positions', type_='foreignkey')
    op.drop_column('positions', 'end_reason_id')
    op.drop_constraint(op.f('fk_notices_sent_by_staff'), 'notices', type_='foreignkey')
    op.drop_column('notices', 'sent_by')
