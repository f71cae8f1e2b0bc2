"""pace: what every request or a pupil's story looks for is found by an index, however many schools and years there are"""

from alembic import op

revision = '5d0f3c8a7e61'
down_revision = 'e4b7a1c09d35'
branch_labels = None
depends_on = None

COLUMNS = (
    ('positions', 'staff_id'),
    ('positions', 'school_id'),
    ('certificates', 'staff_id'),
    ('certificates', 'school_id'),
    ('term_records', 'enrolment_id'),
    ('signatures', 'staff_id'),
    ('signatures', 'order_id'),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.create_index(f'ix_{table}_{column}', table, [column])


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_index(f'ix_{table}_{column}', table)
