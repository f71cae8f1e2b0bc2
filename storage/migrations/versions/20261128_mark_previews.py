"""previews of imported marks"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '5b0e6f3d92c7'
down_revision = '8b41d6f0c2a7'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mark_previews',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('class_term_id', sa.Uuid(), nullable=False),
    sa.Column('slot', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('edits', postgresql.JSONB(), nullable=False, comment='[record, item, point, kind, value, version seen, in doubt]'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['class_term_id'], ['class_terms.id'], name=op.f('fk_mark_previews_class_term_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_mark_previews_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_previews'))
    )
    op.create_index(op.f('ix_mark_previews_expires_at'), 'mark_previews', ['expires_at'], unique=False)


def downgrade() -> None:
    op.drop_table('mark_previews')
