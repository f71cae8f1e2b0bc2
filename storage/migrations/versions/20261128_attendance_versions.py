"""attendance and health have a version: who wrote them last, and when"""

from alembic import op
import sqlalchemy as sa

revision = 'e19c4a7d20b8'
down_revision = 'b52e08f1c6d4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('pupil_terms', sa.Column('version', sa.Integer(), server_default='0', nullable=False, comment='of what the homeroom teacher keeps; 0 before anything was entered'))
    op.add_column('pupil_terms', sa.Column('updated_by', sa.Uuid(), nullable=True))
    op.add_column('pupil_terms', sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.create_foreign_key(op.f('fk_pupil_terms_updated_by'), 'pupil_terms', 'staff', ['updated_by'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_pupil_terms_updated_by'), 'pupil_terms', type_='foreignkey')
    for column in ('updated_at', 'updated_by', 'version'):
        op.drop_column('pupil_terms', column)
