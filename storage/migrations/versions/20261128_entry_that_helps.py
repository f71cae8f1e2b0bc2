"""entry that helps: every change of a cell leaves a trace, teachers' phrases, how a pupil is assessed by year"""

from alembic import op
import sqlalchemy as sa

revision = 'b52e08f1c6d4'
down_revision = '5b0e6f3d92c7'
branch_labels = None
depends_on = None

LEVELS = "'', 'T', 'H', 'C', 'K', 'Đ', 'CĐ', 'HTXS', 'HTT', 'HT', 'CHT'"
# What does not come through the application has no known writer, and gets a version of its own all the same.
HISTORY = """
CREATE OR REPLACE FUNCTION keep_cell_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO cell_changes (record_id, slot, point, item, kind, version, before, after)
    VALUES (OLD.record_id, OLD.slot, OLD.point, OLD.item, OLD.kind, OLD.version + 1, OLD.value, '');
  ELSE
    INSERT INTO cell_changes (record_id, slot, point, item, kind, version, before, after, staff_id)
    VALUES (NEW.record_id, NEW.slot, NEW.point, NEW.item, NEW.kind, NEW.version,
            CASE TG_OP WHEN 'UPDATE' THEN OLD.value ELSE '' END, NEW.value, NEW.updated_by);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION let_version_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_by := NULL;
  NEW.updated_at := now();
  RETURN NEW;
END $$;

CREATE TRIGGER cell_history_delete AFTER DELETE ON assessments FOR EACH ROW EXECUTE FUNCTION keep_cell_history();
CREATE TRIGGER version_grows BEFORE UPDATE ON assessments FOR EACH ROW
  WHEN (OLD.value IS DISTINCT FROM NEW.value AND NEW.version <= OLD.version) EXECUTE FUNCTION let_version_grow();
"""


def _comment_phrases() -> None:
    op.create_table('comment_phrases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False, comment='subject code or homeroom'),
    sa.Column('item', sa.String(), nullable=False, comment="as in the slot's cells"),
    sa.Column('level', sa.String(), server_default='', nullable=False, comment='empty: fits any'),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('used', sa.Integer(), server_default='0', nullable=False, comment='pupils whose cell it was copied to'),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint(f'level IN ({LEVELS})', name=op.f('ck_comment_phrases_level_known')),
    sa.CheckConstraint('length(text) BETWEEN 1 AND 500', name=op.f('ck_comment_phrases_text_length')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_comment_phrases_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment_phrases')),
    sa.UniqueConstraint('staff_id', 'subject', 'item', 'level', 'text', name=op.f('uq_comment_phrases_staff_id_subject_item_level_text'))
    )


def upgrade() -> None:
    op.execute(HISTORY)
    op.alter_column('cell_changes', 'staff_id', comment='none: not through the application')
    _comment_phrases()
    op.add_column('enrolments', sa.Column('assessment_waived', sa.Boolean(), server_default='false', nullable=False))
    op.add_column('enrolments', sa.Column('individual_plan', sa.Boolean(), server_default='false', nullable=False))
    op.add_column('enrolments', sa.Column('assessment_reason_id', sa.Uuid(), nullable=True, comment='of the newest change'))
    op.create_foreign_key(op.f('fk_enrolments_assessment_reason_id'), 'enrolments', 'reasons', ['assessment_reason_id'], ['id'])


def downgrade() -> None:
    raise NotImplementedError('what teachers keep is not thrown away')
