"""search takes no account of accents"""

from alembic import op

revision = 'a3d5f07b91ce'
down_revision = '49b139e699d0'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE EXTENSION IF NOT EXISTS unaccent')


def downgrade() -> None:
    op.execute('DROP EXTENSION IF EXISTS unaccent')
