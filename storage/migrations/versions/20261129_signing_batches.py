"""orders that are confirmed together"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '7d3c51e8a9f4'
down_revision = 'd1a7c3f90b24'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signing_batches',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('asked', postgresql.JSONB(), nullable=False, comment='[class-term, slots, records; none: all], each'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("action IN ('sign', 'approve', 'seal')", name=op.f('ck_signing_batches_action_known')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_signing_batches_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_batches'))
    )
    op.create_index(op.f('ix_signing_batches_staff_id'), 'signing_batches', ['staff_id'], unique=False)
    op.add_column('signing_orders', sa.Column('batch_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_signing_orders_batch_id'), 'signing_orders', 'signing_batches', ['batch_id'], ['id'])
    op.create_index(op.f('ix_signing_orders_batch_id'), 'signing_orders', ['batch_id'], unique=False)
    op.create_index(op.f('ix_signing_orders_staff_id'), 'signing_orders', ['staff_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_signing_orders_staff_id'), table_name='signing_orders')
    op.drop_index(op.f('ix_signing_orders_batch_id'), table_name='signing_orders')
    op.drop_constraint(op.f('fk_signing_orders_batch_id'), 'signing_orders', type_='foreignkey')
    op.drop_column('signing_orders', 'batch_id')
    op.drop_index(op.f('ix_signing_batches_staff_id'), table_name='signing_batches')
    op.drop_table('signing_batches')
