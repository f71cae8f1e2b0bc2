"""assignments and offices that change from a day on: who changed them, and why"""

from alembic import op
import sqlalchemy as sa

revision = 'd1a7c3f90b24'
down_revision = '7c1d9e5a4b30'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('teaching_assignments', 'positions'):
        op.add_column(table, sa.Column('reason_id', sa.Uuid(), nullable=True, comment='why it was given anew'))
        op.add_column(table, sa.Column('made_by', sa.Uuid(), nullable=True, comment='none: came with a list'))
        op.add_column(table, sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
        op.create_foreign_key(op.f(f'fk_{table}_reason_id'), table, 'reasons', ['reason_id'], ['id'])
        op.create_foreign_key(op.f(f'fk_{table}_made_by'), table, 'staff', ['made_by'], ['id'])
    op.create_index('ix_teaching_assignments_staff_id', 'teaching_assignments', ['staff_id'])


def downgrade() -> None:
    raise NotImplementedError('who changed an assignment, and why, is not thrown away')
