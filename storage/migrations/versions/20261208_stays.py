"""stays: a pupil comes back to a class, and every move stands in the log"""

from alembic import op
import sqlalchemy as sa

revision = 'd7a05c3e91f4'
down_revision = 'd1f7a0c35b82'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint('uq_enrolments_class_id_pupil_id', 'enrolments', type_='unique')
    op.create_unique_constraint('uq_enrolments_class_id_pupil_id_joined_on', 'enrolments', ['class_id', 'pupil_id', 'joined_on'])
    op.drop_constraint('uq_log_events_document_id_kind', 'log_events', type_='unique')
    op.create_index('uq_log_events_once', 'log_events', ['document_id', 'kind'], unique=True, postgresql_where=sa.text("kind <> 'transferred'"))
    op.create_index('ix_log_events_document_id', 'log_events', ['document_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_log_events_document_id', table_name='log_events')
    op.drop_index('uq_log_events_once', table_name='log_events')
    op.create_unique_constraint('uq_log_events_document_id_kind', 'log_events', ['document_id', 'kind'])
    op.drop_constraint('uq_enrolments_class_id_pupil_id_joined_on', 'enrolments', type_='unique')
    op.create_unique_constraint('uq_enrolments_class_id_pupil_id', 'enrolments', ['class_id', 'pupil_id'])
