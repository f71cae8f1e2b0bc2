"""corrections: unlocks, recalls, changes of civil data, identity pages"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'c4e81d7b2a96'
down_revision = 'c4f81d0a6e35'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unlocks',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('class_term_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decision_reason_id', sa.Uuid(), nullable=True),
    sa.Column('executed_by', sa.Uuid(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True, comment='every part was sent again'),
    sa.CheckConstraint("state <> 'open' OR num_nonnulls(until, executed_by) = 2", name=op.f('ck_unlocks_open_is_bounded')),
    sa.CheckConstraint("state IN ('asked', 'granted', 'open', 'settled', 'refused', 'withdrawn')", name=op.f('ck_unlocks_state_known')),
    sa.ForeignKeyConstraint(['class_term_id'], ['class_terms.id'], name=op.f('fk_unlocks_class_term_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_unlocks_decided_by')),
    sa.ForeignKeyConstraint(['decision_reason_id'], ['reasons.id'], name=op.f('fk_unlocks_decision_reason_id')),
    sa.ForeignKeyConstraint(['executed_by'], ['staff.id'], name=op.f('fk_unlocks_executed_by')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_unlocks_matter_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_unlocks_reason_id')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_unlocks'))
    )
    op.create_index(op.f('ix_unlocks_class_term_id'), 'unlocks', ['class_term_id'], unique=False)
    op.create_table('recalls',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('enrolment_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=True, comment="of the year's end"),
    sa.Column('first_record_id', sa.Uuid(), nullable=True),
    sa.Column('slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="of the year's end that are wrong"),
    sa.Column('first_slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('is_frozen', sa.Boolean(), nullable=False, comment="at the city's store, when it was last looked at"),
    sa.Column('former_document', sa.Uuid(), nullable=True),
    sa.Column('new_document', sa.Uuid(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True, comment='of the corrected version'),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("state <> 'authority' OR is_frozen", name=op.f('ck_recalls_authority_only_after_the_freeze')),
    sa.CheckConstraint("state IN ('asked', 'confirmed', 'authority', 'recalling', 'correcting', 'settled', 'refused', 'withdrawn')", name=op.f('ck_recalls_state_known')),
    sa.CheckConstraint('num_nonnulls(record_id, first_record_id) > 0', name=op.f('ck_recalls_of_a_record')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_recalls_decided_by')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_recalls_enrolment_id')),
    sa.ForeignKeyConstraint(['first_record_id'], ['term_records.id'], name=op.f('fk_recalls_first_record_id')),
    sa.ForeignKeyConstraint(['former_document'], ['documents.id'], name=op.f('fk_recalls_former_document')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_recalls_matter_id')),
    sa.ForeignKeyConstraint(['new_document'], ['documents.id'], name=op.f('fk_recalls_new_document')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_recalls_reason_id')),
    sa.ForeignKeyConstraint(['record_id'], ['term_records.id'], name=op.f('fk_recalls_record_id')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_recalls'))
    )
    op.create_index(op.f('ix_recalls_enrolment_id'), 'recalls', ['enrolment_id'], unique=False)
    op.create_table('corrected_records',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True, comment='its parts were opened for entry'),
    sa.Column('changes_after', sa.BigInteger(), nullable=True, comment='the newest cell change of that moment'),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_corrected_records_matter_id')),
    sa.ForeignKeyConstraint(['record_id'], ['term_records.id'], name=op.f('fk_corrected_records_record_id')),
    sa.PrimaryKeyConstraint('matter_id', 'record_id', name=op.f('pk_corrected_records'))
    )
    op.create_index('ix_corrected_records_open', 'corrected_records', ['record_id'], unique=False, postgresql_where=sa.text('settled_at IS NULL'))
    op.create_table('civil_changes',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='former values, by column of `pupils`'),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('decision_no', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('office', sa.String(), server_default='', nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['pupil_id'], ['pupils.id'], name=op.f('fk_civil_changes_pupil_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_civil_changes_recorded_by')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_civil_changes_school_id')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_civil_changes'))
    )
    op.create_index(op.f('ix_civil_changes_pupil_id'), 'civil_changes', ['pupil_id'], unique=False)
    op.create_table('identity_pages',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('former_document', sa.Uuid(), nullable=True),
    sa.Column('new_document', sa.Uuid(), nullable=True),
    sa.CheckConstraint("reason IN ('opened', 'transferred', 'civil')", name=op.f('ck_identity_pages_reason_known')),
    sa.CheckConstraint("state IN ('asked', 'signing', 'settled', 'refused', 'withdrawn')", name=op.f('ck_identity_pages_state_known')),
    sa.ForeignKeyConstraint(['former_document'], ['documents.id'], name=op.f('fk_identity_pages_former_document')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_identity_pages_matter_id')),
    sa.ForeignKeyConstraint(['new_document'], ['documents.id'], name=op.f('fk_identity_pages_new_document')),
    sa.ForeignKeyConstraint(['pupil_id'], ['pupils.id'], name=op.f('fk_identity_pages_pupil_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_identity_pages_school_id')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_identity_pages'))
    )
    op.create_index(op.f('ix_identity_pages_pupil_id'), 'identity_pages', ['pupil_id'], unique=False)
    op.create_index('uq_identity_pages_open', 'identity_pages', ['pupil_id', 'school_id'], unique=True, postgresql_where=sa.text("state IN ('asked', 'signing')"))
    # What a civil-status office decided, and what stood there before, stays as it was recorded.
    op.execute("""
CREATE FUNCTION civil_changes_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.applied_at IS NOT NULL
     OR (to_jsonb(NEW) - 'applied_at' - 'before') IS DISTINCT FROM (to_jsonb(OLD) - 'applied_at' - 'before') THEN
    RAISE EXCEPTION 'civil change % stays', OLD.matter_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
""")
    op.execute('CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON civil_changes FOR EACH ROW EXECUTE FUNCTION civil_changes_stay()')


def downgrade() -> None:
    for table in ('identity_pages', 'civil_changes', 'corrected_records', 'recalls', 'unlocks'):
        op.drop_table(table)
    op.execute('DROP FUNCTION civil_changes_stay()')
