"""every grade: one row per cell with its history, electives and study topics, signature plans, principals' decisions"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '7c41d90be3a5'
down_revision = '2fd6a23cab04'
branch_labels = None
depends_on = None

POINTS = ['mid_hk1', 'end_hk1', 'mid_hk2', 'year_end', *(f'regular_{n}' for n in range(1, 11)), 'topic', 'summer']
KINDS = ('level', 'score', 'comment')
FIELDS = ('subject_teacher', 'homeroom', 'principal', 'seal')
# Whatever writes a cell, its history is written with it.
HISTORY = """
CREATE FUNCTION keep_cell_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cell_changes (record_id, slot, point, item, kind, version, before, after, staff_id)
  VALUES (NEW.record_id, NEW.slot, NEW.point, NEW.item, NEW.kind, NEW.version,
          CASE TG_OP WHEN 'UPDATE' THEN OLD.value ELSE '' END, NEW.value, NEW.updated_by);
  RETURN NULL;
END $$;

CREATE TRIGGER cell_history_insert AFTER INSERT ON assessments FOR EACH ROW EXECUTE FUNCTION keep_cell_history();
CREATE TRIGGER cell_history_update AFTER UPDATE ON assessments
  FOR EACH ROW WHEN (OLD.value IS DISTINCT FROM NEW.value) EXECUTE FUNCTION keep_cell_history();
CREATE TRIGGER only_while_open BEFORE INSERT OR UPDATE OR DELETE ON assessments
  FOR EACH ROW EXECUTE FUNCTION entries_only_while_open();
"""


def _listed(values) -> str:
    return ', '.join(f"'{value}'" for value in values)


def _assessments() -> None:
    op.execute('ALTER TABLE assessments RENAME TO old_assessments')
    for kind in ('pk_assessments', 'fk_assessments_record_id', 'fk_assessments_updated_by'):
        op.execute(f'ALTER TABLE old_assessments DROP CONSTRAINT {kind}')
    op.create_table('assessments',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('point', sa.String(), nullable=False),
    sa.Column('item', sa.String(), nullable=False, comment='subject, quality, competency or comment code'),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('slot', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('updated_by', sa.Uuid(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint(f'point IN ({_listed(POINTS)})', name=op.f('ck_assessments_point_known')),
    sa.CheckConstraint(f'kind IN ({_listed(KINDS)})', name=op.f('ck_assessments_kind_known')),
    sa.CheckConstraint(r"kind <> 'score' OR value ~ '^([0-9](\.[0-9])?|10|M)?$'", name=op.f('ck_assessments_score_on_scale')),
    sa.CheckConstraint("kind <> 'level' OR value IN ('', 'T', 'H', 'C', 'M', 'K', 'Đ', 'CĐ')", name=op.f('ck_assessments_level_known')),
    sa.ForeignKeyConstraint(['record_id'], ['term_records.id'], name=op.f('fk_assessments_record_id')),
    sa.ForeignKeyConstraint(['updated_by'], ['staff.id'], name=op.f('fk_assessments_updated_by')),
    sa.PrimaryKeyConstraint('record_id', 'slot', 'point', 'item', 'kind', name=op.f('pk_assessments'))
    )
    for kind in KINDS:
        op.execute(
            'INSERT INTO assessments (record_id, point, item, kind, slot, value, version, updated_by, updated_at)'
            f" SELECT record_id, point, item, '{kind}', slot, {kind}, version, updated_by, updated_at"
            f" FROM old_assessments WHERE {kind} <> ''"
        )
    op.drop_table('old_assessments')


def _cell_changes() -> None:
    op.create_table('cell_changes',
    sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('slot', sa.String(), nullable=False),
    sa.Column('point', sa.String(), nullable=False),
    sa.Column('item', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('before', sa.String(), nullable=False),
    sa.Column('after', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['term_records.id'], name=op.f('fk_cell_changes_record_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_cell_changes_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cell_changes'))
    )
    op.create_index('ix_cell_changes_cell', 'cell_changes', ['record_id', 'slot', 'point', 'item', 'kind'])
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cell_changes FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON cell_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')


def upgrade() -> None:
    _assessments()
    _cell_changes()
    op.execute(HISTORY)
    op.add_column('class_groups', sa.Column('study_topics', postgresql.JSONB(), server_default='[]', nullable=False, comment='subjects whose study topics the class takes (grades 10-12)'))
    op.add_column('class_groups', sa.Column('signature_plan', sa.String(), server_default='sheet', nullable=False))
    op.create_check_constraint(op.f('ck_class_groups_signature_plan_known'), 'class_groups', "signature_plan IN ('sheet', 'record')")
    op.alter_column('class_groups', 'optional_subjects', comment='optional and elective subjects that the class takes', existing_comment='those the school teaches')
    op.add_column('pupil_terms', sa.Column('individual_plan', sa.Boolean(), server_default='false', nullable=False, comment='disabled, assessed by a plan of his own (Circular 27/2020 art. 8)'))
    op.create_table('promotion_decisions',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('is_promoted', sa.Boolean(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['term_records.id'], name=op.f('fk_promotion_decisions_record_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_promotion_decisions_reason_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_promotion_decisions_decided_by')),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_promotion_decisions'))
    )
    op.add_column('signing_orders', sa.Column('signs_records', sa.Boolean(), server_default='false', nullable=False, comment='a subject teacher signs each year record, too'))
    op.drop_constraint(op.f('ck_signatures_field_known'), 'signatures', type_='check')
    op.create_check_constraint(op.f('ck_signatures_field_known'), 'signatures', f"field ~ '^({'|'.join(FIELDS)})(_[a-z0-9_]+)?$'")


def downgrade() -> None:
    raise NotImplementedError('the history of cells is not thrown away')
