"""record stores: approved certificates, the outbox and its packets, what our own store took in"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'c4a8e1b6d520'
down_revision = '9a3e5c7d1f20'
branch_labels = None
depends_on = None

# Who may change what: answers of the store and decisions about certificates never change, frozen records neither.
KEPT = ('certificate_approvals', 'store_packets')
FROZEN = """
CREATE FUNCTION refuse_change_of_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'frozen' THEN
    RAISE EXCEPTION '% is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
# Content is fixed once accepted; the freeze and a permission to recall are all that may come later.
STORE_CONTENT = """
CREATE FUNCTION refuse_change_of_store_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (to_jsonb(NEW) - 'state' - 'frozen_at' - 'recall_allowed_at')
        IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'frozen_at' - 'recall_allowed_at')
     OR (OLD.state = 'frozen' AND (NEW.state, NEW.frozen_at) IS DISTINCT FROM (OLD.state, OLD.frozen_at)) THEN
    RAISE EXCEPTION '% keeps what it accepted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
# What was issued before there was an outbox waits for its submission as well.
BACKFILL = """
INSERT INTO submissions (id, store, school_id, class_term_id, document_id, record_uid, event, version, changed_at)
SELECT gen_random_uuid(), s.code, g.school_id, t.id, d.id, e.record_uid, 'NEW', 2 * d.version - 1, d.sealed_at
FROM record_stores s CROSS JOIN documents d
JOIN class_terms t ON t.id = d.class_term_id JOIN class_groups g ON g.id = t.class_id
JOIN enrolments e ON e.id = d.enrolment_id
WHERE d.kind = 'year_record' AND d.state = 'live' AND d.sealed_at IS NOT NULL
  AND EXISTS (SELECT FROM log_events l WHERE l.document_id = d.id AND l.kind = 'issued')
"""


def upgrade() -> None:
    op.create_table('record_stores',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.CheckConstraint("kind IN ('city', 'ministry')", name=op.f('ck_record_stores_kind_known')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_record_stores'))
    )
    op.create_table('certificate_approvals',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('command_id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=True, comment='none: asked for'),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'asked') = (authority_id IS NULL)", name=op.f('ck_certificate_approvals_decided_by_an_authority')),
    sa.CheckConstraint("state IN ('asked', 'approved', 'refused', 'withdrawn')", name=op.f('ck_certificate_approvals_state_known')),
    sa.CheckConstraint("state NOT IN ('refused', 'withdrawn') OR reason_id IS NOT NULL", name=op.f('ck_certificate_approvals_no_without_reason')),
    sa.ForeignKeyConstraint(['authority_id'], ['managing_authorities.id'], name=op.f('fk_certificate_approvals_authority_id')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_certificate_approvals_certificate_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_certificate_approvals_reason_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_certificate_approvals_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_approvals')),
    sa.UniqueConstraint('command_id', name=op.f('uq_certificate_approvals_command_id'))
    )
    op.create_index('ix_certificate_approvals_newest', 'certificate_approvals', ['certificate_id', 'id'], unique=False)
    op.create_table('packets',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('command_id', sa.Uuid(), nullable=False, comment='the confirmation that signed it, with others'),
    sa.Column('store', sa.String(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False, comment='of the file, without an ending: school, year, class, part'),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('signed_by', sa.Uuid(), nullable=False, comment='who confirmed'),
    sa.Column('urgency', sa.Integer(), server_default='3', nullable=False, comment='1 is sent first'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('state', sa.String(), server_default='ready', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True, comment='of the next attempt'),
    sa.Column('trouble', sa.String(), server_default='', nullable=False, comment='why it waits, or why it was refused'),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True, comment="when the store's answer was written back"),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_packets_hash_is_hex')),
    sa.CheckConstraint("state IN ('ready', 'sending', 'delivered', 'refused', 'exported')", name=op.f('ck_packets_state_known')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_packets_certificate_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_packets_school_id')),
    sa.ForeignKeyConstraint(['signed_by'], ['staff.id'], name=op.f('fk_packets_signed_by')),
    sa.ForeignKeyConstraint(['store'], ['record_stores.code'], name=op.f('fk_packets_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_packets')),
    sa.UniqueConstraint('store', 'sha256', name=op.f('uq_packets_store_sha256'))
    )
    op.create_index(op.f('ix_packets_command_id'), 'packets', ['command_id'], unique=False)
    op.create_index(op.f('ix_packets_school_id'), 'packets', ['school_id'], unique=False)
    op.create_index('ix_packets_under_way', 'packets', ['created_at'], unique=False, postgresql_where=sa.text("state IN ('ready', 'sending', 'exported')"))
    op.create_table('store_packets',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='one a record, in the order of the packet'),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('received_by', sa.Uuid(), nullable=True, comment='who brought the file in'),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_store_packets_hash_is_hex')),
    sa.CheckConstraint("way IN ('network', 'file')", name=op.f('ck_store_packets_way_known')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_store_packets_certificate_id')),
    sa.ForeignKeyConstraint(['received_by'], ['staff.id'], name=op.f('fk_store_packets_received_by')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_store_packets_school_id')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_store_packets'))
    )
    op.create_index('ix_store_packets_newest', 'store_packets', ['received_at'], unique=False)
    op.create_index(op.f('ix_store_packets_school_id'), 'store_packets', ['school_id'], unique=False)
    op.create_table('store_records',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('record_uid', sa.String(), nullable=False, comment='IdBanGhi'),
    sa.Column('version', sa.Integer(), nullable=False, comment='PhienBan'),
    sa.Column('event', sa.String(), nullable=False, comment='SuKien'),
    sa.Column('content_sha256', sa.String(), nullable=False, comment="of the record's canonical XML"),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('school_year', sa.String(), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.String(), nullable=False, comment='ThoiGianCapNhat, as it came'),
    sa.Column('packet_sha256', sa.String(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), server_default='accepted', nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recall_allowed_at', sa.DateTime(timezone=True), nullable=True, comment='by the authority, after the freeze'),
    sa.CheckConstraint("(state = 'frozen') = (frozen_at IS NOT NULL)", name=op.f('ck_store_records_frozen_has_time')),
    sa.CheckConstraint("event IN ('NEW', 'UPDATE', 'CANCEL')", name=op.f('ck_store_records_event_known')),
    sa.CheckConstraint("state IN ('accepted', 'frozen')", name=op.f('ck_store_records_state_known')),
    sa.ForeignKeyConstraint(['packet_sha256'], ['store_packets.sha256'], name=op.f('fk_store_records_packet_sha256')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_store_records_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store_records')),
    sa.UniqueConstraint('record_uid', 'version', name=op.f('uq_store_records_record_uid_version'))
    )
    op.create_index('ix_store_records_freezing', 'store_records', ['school_id', 'school_year', 'grade'], unique=False)
    op.create_index(op.f('ix_store_records_packet_sha256'), 'store_records', ['packet_sha256'], unique=False)
    op.create_table('submissions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('store', sa.String(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('class_term_id', sa.Uuid(), nullable=False),
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('record_uid', sa.Uuid(), nullable=False, comment='IdBanGhi'),
    sa.Column('event', sa.String(), nullable=False, comment='SuKien'),
    sa.Column('version', sa.Integer(), nullable=False, comment='PhienBan'),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, comment='ThoiGianCapNhat'),
    sa.Column('state', sa.String(), server_default='waiting', nullable=False),
    sa.Column('reason', sa.String(), server_default='', nullable=False, comment='of the newest refusal'),
    sa.Column('packet_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("event IN ('NEW', 'UPDATE', 'CANCEL')", name=op.f('ck_submissions_event_known')),
    sa.CheckConstraint("state = 'waiting' OR state = 'refused' OR packet_id IS NOT NULL", name=op.f('ck_submissions_packed_has_packet')),
    sa.CheckConstraint("state IN ('waiting', 'packed', 'sent', 'accepted', 'refused', 'frozen')", name=op.f('ck_submissions_state_known')),
    sa.CheckConstraint('version > 0', name=op.f('ck_submissions_version_positive')),
    sa.ForeignKeyConstraint(['class_term_id'], ['class_terms.id'], name=op.f('fk_submissions_class_term_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_submissions_document_id')),
    sa.ForeignKeyConstraint(['packet_id'], ['packets.id'], name=op.f('fk_submissions_packet_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_submissions_school_id')),
    sa.ForeignKeyConstraint(['store'], ['record_stores.code'], name=op.f('fk_submissions_store')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submissions')),
    sa.UniqueConstraint('store', 'record_uid', 'version', name=op.f('uq_submissions_store_record_uid_version'))
    )
    op.create_index(op.f('ix_submissions_class_term_id'), 'submissions', ['class_term_id'], unique=False)
    op.create_index(op.f('ix_submissions_document_id'), 'submissions', ['document_id'], unique=False)
    op.create_index(op.f('ix_submissions_packet_id'), 'submissions', ['packet_id'], unique=False)
    op.create_index('ix_submissions_school', 'submissions', ['school_id', 'state'], unique=False)
    op.execute("INSERT INTO record_stores (code, name, kind) VALUES ('city', 'Kho học bạ số của thành phố', 'city')")
    op.execute(FROZEN)
    op.execute(STORE_CONTENT)
    op.execute('CREATE TRIGGER frozen_stays BEFORE UPDATE OR DELETE ON submissions FOR EACH ROW EXECUTE FUNCTION refuse_change_of_frozen()')
    op.execute('CREATE TRIGGER content_stays BEFORE UPDATE OR DELETE ON store_records FOR EACH ROW EXECUTE FUNCTION refuse_change_of_store_content()')
    for table in KEPT:
        op.execute(f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()')
        op.execute(f'CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    op.execute(BACKFILL)


def downgrade() -> None:
    op.drop_index('ix_submissions_school', table_name='submissions')
    op.drop_index(op.f('ix_submissions_packet_id'), table_name='submissions')
    op.drop_index(op.f('ix_submissions_document_id'), table_name='submissions')
    op.drop_index(op.f('ix_submissions_class_term_id'), table_name='submissions')
    op.drop_table('submissions')
    op.execute('DROP FUNCTION refuse_change_of_frozen')
    op.drop_index(op.f('ix_store_records_packet_sha256'), table_name='store_records')
    op.drop_index('ix_store_records_freezing', table_name='store_records')
    op.drop_table('store_records')
    op.execute('DROP FUNCTION refuse_change_of_store_content')
    op.drop_index(op.f('ix_store_packets_school_id'), table_name='store_packets')
    op.drop_index('ix_store_packets_newest', table_name='store_packets')
    op.drop_table('store_packets')
    op.drop_index('ix_packets_under_way', table_name='packets', postgresql_where=sa.text("state IN ('ready', 'sending', 'exported')"))
    op.drop_index(op.f('ix_packets_school_id'), table_name='packets')
    op.drop_index(op.f('ix_packets_command_id'), table_name='packets')
    op.drop_table('packets')
    op.drop_index('ix_certificate_approvals_newest', table_name='certificate_approvals')
    op.drop_table('certificate_approvals')
    op.drop_table('record_stores')
