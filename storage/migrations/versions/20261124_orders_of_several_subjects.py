"""orders of several subjects"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '3d0c7e5b9a41'
down_revision = 'b5a415282e86'
branch_labels = None
depends_on = None


KEPT = ('audit_entries', 'commands', 'signatures')


def upgrade() -> None:
    for table in KEPT:  # the triggers for each row are not asked when a whole table is emptied
        op.execute(
            f'CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )
    op.add_column(
        'signing_orders',
        sa.Column('more_slots', postgresql.JSONB(), server_default='[]', nullable=False, comment='further subjects of the same teacher'),
    )
    op.add_column('order_items', sa.Column('slot', sa.String(), server_default='', nullable=False, comment='subject of a sheet'))
    # An order that is under way at this moment goes on: its only sheet is that of the order's subject.
    op.execute(
        "UPDATE order_items SET slot = signing_orders.slot FROM signing_orders"
        " WHERE signing_orders.id = order_items.order_id AND order_items.kind = 'subject_sheet'"
    )


def downgrade() -> None:
    for table in KEPT:
        op.execute(f'DROP TRIGGER never_emptied ON {table}')
    op.drop_column('order_items', 'slot')
    op.drop_column('signing_orders', 'more_slots')
