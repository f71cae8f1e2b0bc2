"""people move: matters with their steps and waits, papers of matters, recalled records, records that leave a class"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'a7d3c5e91f42'
down_revision = 'e6a2b94c0d17'
branch_labels = None
depends_on = None

KINDS = ('subject_sheet', 'class_summary', 'year_record')
PAPERS = ('identity_page', 'transfer_result', 'handover_minutes')
FIELDS = ('subject_teacher', 'homeroom', 'principal', 'seal')
SIGNERS = ('giver', 'taker')
NOTICES = ('signature_void', 'returned', 'deadline', 'certificate', 'nudge', 'turn', 'new_device', 'campaign')
MATTERS = ('transfer', 'handover', 'unlock', 'recall', 'identity')
ROLES = ('', 'principal', 'vice_principal', 'seal_clerk', 'system_admin', 'officer', 'office_head')
OF_ONE = 'num_nonnulls(class_term_id, matter_id) = 1'

# A sealed paper keeps its bytes and its words; that it was recalled, and what replaces it, is all that may come later.
RECALLED = """
CREATE OR REPLACE FUNCTION sealed_documents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (to_jsonb(NEW) - 'state' - 'recalled_at' - 'superseded_by')
        IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'recalled_at' - 'superseded_by')
     OR (NEW.state IS DISTINCT FROM OLD.state AND NOT (OLD.state = 'live' AND NEW.state = 'recalled'))
     OR (OLD.recalled_at IS NOT NULL AND NEW.recalled_at IS DISTINCT FROM OLD.recalled_at)
     OR (OLD.superseded_by IS NOT NULL AND NEW.superseded_by IS DISTINCT FROM OLD.superseded_by) THEN
    RAISE EXCEPTION 'document % is sealed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""
SEALED = """
CREATE OR REPLACE FUNCTION sealed_documents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'document % is sealed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
# Nothing is entered for a pupil who is on the way to another school, nor after the time of an unlock.
ENTRIES = """
CREATE OR REPLACE FUNCTION entries_only_while_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted_record uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.record_id ELSE NEW.record_id END;
  wanted_slot text := 'homeroom';
BEGIN
  IF TG_TABLE_NAME = 'assessments' THEN
    wanted_slot := CASE TG_OP WHEN 'DELETE' THEN OLD.slot ELSE NEW.slot END;
  END IF;
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'assessments' THEN
    IF (NEW.record_id, NEW.slot) IS DISTINCT FROM (OLD.record_id, OLD.slot) THEN
      RAISE EXCEPTION 'a cell stays in its slot' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM record_slots s{join}
    WHERE s.record_id = wanted_record AND s.slot = wanted_slot AND s.state = 'open'{also}
  ) THEN
    RAISE EXCEPTION 'slot % is not open for entry', wanted_slot USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
STILL = ENTRIES.format(
    join=' JOIN term_records r ON r.id = s.record_id',
    also=' AND NOT r.moving AND r.class_term_id IS NOT NULL AND (s.open_until IS NULL OR s.open_until > now())',
)
BEFORE = ENTRIES.format(join='', also='')


def _listed(values) -> str:
    return ', '.join(f"'{value}'" for value in values)


def _check(table: str, name: str, words: str) -> None:
    op.drop_constraint(op.f(f'ck_{table}_{name}'), table, type_='check')
    op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, words)


def _field(values) -> str:
    return f"field ~ '^({'|'.join(values)})(_[a-z0-9_]+)?$'"


def upgrade() -> None:
    _matters()
    _records()
    _papers()
    _check('notices', 'kind_known', f"kind IN ({_listed((*NOTICES, 'matter'))})")
    for words in (RECALLED, STILL):
        op.execute(words)


def _matters() -> None:
    op.create_table('matters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False, comment='whose matter it is; it may touch others'),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True, comment='nothing more happens in it'),
    sa.CheckConstraint(f'kind IN ({_listed(MATTERS)})', name=op.f('ck_matters_kind_known')),
    sa.ForeignKeyConstraint(['opened_by'], ['staff.id'], name=op.f('fk_matters_opened_by')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_matters_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matters'))
    )
    op.create_index('ix_matters_school', 'matters', ['school_id', 'kind', 'opened_at'], unique=False)
    op.create_table('matter_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('command_id', sa.String(), nullable=False),
    sa.Column('deed', sa.String(), nullable=False, comment='a code of the kind of matter'),
    sa.Column('staff_id', sa.Uuid(), nullable=True, comment='none: the system'),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='ids, codes, counts and hashes'),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('prev_hash', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$' AND prev_hash ~ '^[0-9a-f]{64}$'", name=op.f('ck_matter_events_hashes_are_hex')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_matter_events_matter_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_matter_events_reason_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_matter_events_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter_events')),
    sa.UniqueConstraint('matter_id', 'command_id', name=op.f('uq_matter_events_matter_id_command_id')),
    sa.UniqueConstraint('matter_id', 'seq', name=op.f('uq_matter_events_matter_id_seq'))
    )
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON matter_events FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON matter_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    op.create_table('matter_waits',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.String(), nullable=False, comment='code of what is to be done, of the kind of matter'),
    sa.Column('field', sa.String(), server_default='', nullable=False, comment="of the matter's paper, where a signature is waited for"),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.String(), server_default='', nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=True),
    sa.Column('authority_id', sa.Uuid(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(staff_id IS NULL) = (role <> '')", name=op.f('ck_matter_waits_a_person_or_an_office')),
    sa.CheckConstraint("role = '' OR num_nonnulls(school_id, authority_id) = 1", name=op.f('ck_matter_waits_office_of_one')),
    sa.CheckConstraint(f'role IN ({_listed(ROLES)})', name=op.f('ck_matter_waits_role_known')),
    sa.ForeignKeyConstraint(['authority_id'], ['managing_authorities.id'], name=op.f('fk_matter_waits_authority_id')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_matter_waits_matter_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_matter_waits_school_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_matter_waits_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter_waits'))
    )
    op.create_index(op.f('ix_matter_waits_matter_id'), 'matter_waits', ['matter_id'], unique=False)
    op.create_index('ix_matter_waits_school', 'matter_waits', ['school_id', 'role'], unique=False)
    op.create_index('ix_matter_waits_staff', 'matter_waits', ['staff_id'], unique=False)


def _records() -> None:
    op.drop_constraint(op.f('uq_enrolments_record_uid'), 'enrolments', type_='unique')
    op.alter_column('enrolments', 'record_uid', comment="stable id of the pupil's record of the year; the same at the school that the pupil moves to")
    op.create_index('ix_enrolments_record_uid', 'enrolments', ['record_uid'], unique=False)
    op.create_index('uq_enrolments_open_uid', 'enrolments', ['record_uid'], unique=True, postgresql_where=sa.text('left_on IS NULL'))
    op.alter_column('term_records', 'class_term_id', nullable=True)
    op.add_column('term_records', sa.Column('detached_from', sa.Uuid(), nullable=True))
    op.add_column('term_records', sa.Column('moving', sa.Boolean(), server_default='false', nullable=False, comment="the pupil's transfer is being settled"))
    op.create_foreign_key(op.f('fk_term_records_detached_from'), 'term_records', 'class_terms', ['detached_from'], ['id'])
    op.create_index(op.f('ix_term_records_detached_from'), 'term_records', ['detached_from'], unique=False)
    op.create_check_constraint(op.f('ck_term_records_in_one_place'), 'term_records', 'num_nonnulls(class_term_id, detached_from) = 1')
    op.add_column('record_slots', sa.Column('open_until', sa.DateTime(timezone=True), nullable=True, comment='of an unlock: after it nothing is entered any more'))


def _papers() -> None:
    for table in ('documents', 'signing_orders'):
        op.alter_column(table, 'class_term_id', nullable=True)
        op.add_column(table, sa.Column('matter_id', sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f'fk_{table}_matter_id'), table, 'matters', ['matter_id'], ['id'])
        op.create_index(op.f(f'ix_{table}_matter_id'), table, ['matter_id'], unique=False)
        op.create_check_constraint(op.f(f'ck_{table}_of_class_term_or_matter'), table, OF_ONE)
    op.add_column('documents', sa.Column('school_id', sa.Uuid(), nullable=True, comment='that writes it'))
    op.add_column('documents', sa.Column('record_uid', sa.Uuid(), nullable=True, comment="of a year record: the pupil's year"))
    op.add_column('documents', sa.Column('recalled_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('documents', sa.Column('superseded_by', sa.Uuid(), nullable=True, comment='the version that was issued'))
    op.execute('ALTER TABLE documents DISABLE TRIGGER sealed_stays')
    op.execute('UPDATE documents d SET school_id = g.school_id FROM class_terms t JOIN class_groups g ON g.id = t.class_id WHERE t.id = d.class_term_id')
    op.execute("UPDATE documents d SET record_uid = e.record_uid FROM enrolments e WHERE e.id = d.enrolment_id AND d.kind = 'year_record'")
    op.execute('ALTER TABLE documents ENABLE TRIGGER sealed_stays')
    op.alter_column('documents', 'school_id', nullable=False)
    op.create_foreign_key(op.f('fk_documents_school_id'), 'documents', 'schools', ['school_id'], ['id'])
    op.create_foreign_key(op.f('fk_documents_superseded_by'), 'documents', 'documents', ['superseded_by'], ['id'])
    op.create_index('uq_documents_live_uid', 'documents', ['record_uid'], unique=True, postgresql_where=sa.text("kind = 'year_record' AND state = 'live'"))
    op.create_index('uq_documents_uid_version', 'documents', ['record_uid', 'version'], unique=True, postgresql_where=sa.text("state <> 'void'"))
    _check('documents', 'state_known', "state IN ('live', 'void', 'recalled')")
    _check('documents', 'sealed_is_never_void', "sealed_at IS NULL OR state <> 'void'")
    op.create_check_constraint(op.f('ck_documents_recalled_was_sealed'), 'documents', "state <> 'recalled' OR sealed_at IS NOT NULL")
    op.create_check_constraint(op.f('ck_documents_records_have_uid'), 'documents', "(kind = 'year_record') = (record_uid IS NOT NULL)")
    for table in ('documents', 'order_items'):
        _check(table, 'kind_known', f'kind IN ({_listed((*KINDS, *PAPERS))})')
    _check('signatures', 'field_known', _field((*FIELDS, *SIGNERS)))


def downgrade() -> None:
    for words in (SEALED, BEFORE):
        op.execute(words)
    _check('notices', 'kind_known', f'kind IN ({_listed(NOTICES)})')
    _check('signatures', 'field_known', _field(FIELDS))
    for table in ('documents', 'order_items'):
        _check(table, 'kind_known', f'kind IN ({_listed(KINDS)})')
    for name in ('records_have_uid', 'recalled_was_sealed'):
        op.drop_constraint(op.f(f'ck_documents_{name}'), 'documents', type_='check')
    _check('documents', 'sealed_is_never_void', "sealed_at IS NULL OR state = 'live'")
    _check('documents', 'state_known', "state IN ('live', 'void')")
    for name in ('uq_documents_uid_version', 'uq_documents_live_uid'):
        op.drop_index(name, table_name='documents')
    for column in ('superseded_by', 'recalled_at', 'record_uid', 'school_id'):
        op.drop_column('documents', column)
    for table in ('signing_orders', 'documents'):
        op.drop_constraint(op.f(f'ck_{table}_of_class_term_or_matter'), table, type_='check')
        op.drop_column(table, 'matter_id')
        op.alter_column(table, 'class_term_id', nullable=False)
    op.drop_column('record_slots', 'open_until')
    op.drop_constraint(op.f('ck_term_records_in_one_place'), 'term_records', type_='check')
    for column in ('moving', 'detached_from'):
        op.drop_column('term_records', column)
    op.alter_column('term_records', 'class_term_id', nullable=False)
    for name in ('uq_enrolments_open_uid', 'ix_enrolments_record_uid'):
        op.drop_index(name, table_name='enrolments')
    op.create_unique_constraint(op.f('uq_enrolments_record_uid'), 'enrolments', ['record_uid'])
    op.alter_column('enrolments', 'record_uid', comment="stable id of the pupil's record of the year")
    for table in ('matter_waits', 'matter_events', 'matters'):
        op.drop_table(table)
