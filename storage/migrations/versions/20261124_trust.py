"""trust: status checks, validation data, evidence of time, history log"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '2fd6a23cab04'
down_revision = '3d0c7e5b9a41'
branch_labels = None
depends_on = None


ORDER_STATES = "'preparing', 'prepared', 'signed', 'completed', 'failed'"
NOTICE_KINDS = "'signature_void', 'returned', 'deadline'"
LEVELS = "level IN ('B-B', 'B-LT', 'B-B+ERS')"
KEPT = ('signature_checks', 'validation_objects', 'evidence_paths')
GUARDS = """
CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.renewed_by IS NULL
    AND (NEW.id, NEW.algorithm, NEW.root, NEW.token, NEW.stamped_at) = (OLD.id, OLD.algorithm, OLD.root, OLD.token, OLD.stamped_at)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'evidence is kept as it is, and renewed once' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event % is in the history log', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER renewed_once BEFORE UPDATE OR DELETE ON evidence_batches FOR EACH ROW EXECUTE FUNCTION evidence_stays();
CREATE TRIGGER numbered_stays BEFORE UPDATE ON log_events
  FOR EACH ROW WHEN (OLD.position IS NOT NULL) EXECUTE FUNCTION history_stays();
CREATE TRIGGER never_removed BEFORE DELETE ON log_events FOR EACH ROW EXECUTE FUNCTION history_stays();
"""


def _known(table: str, column: str, values: str) -> None:
    op.drop_constraint(op.f(f'ck_{table}_{column}_known'), table, type_='check')
    op.create_check_constraint(op.f(f'ck_{table}_{column}_known'), table, f'{column} IN ({values})')


def upgrade() -> None:
    op.create_table('confirmations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('transaction', sa.String(), nullable=False),
    sa.Column('state', sa.String(), server_default='pending', nullable=False),
    sa.Column('ask_after', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'signed', 'refused')", name=op.f('ck_confirmations_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmations'))
    )
    op.create_table('evidence_batches',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('algorithm', sa.String(), nullable=False),
    sa.Column('root', sa.LargeBinary(), nullable=False),
    sa.Column('token', sa.LargeBinary(), nullable=False),
    sa.Column('stamped_at', sa.DateTime(timezone=True), nullable=False, comment='genTime of the token'),
    sa.Column('proves_until', sa.DateTime(timezone=True), nullable=False, comment="end of the time-stamp authority's certificate"),
    sa.Column('renewed_by', sa.Uuid(), nullable=True),
    sa.Column('renewal_path', sa.LargeBinary(), nullable=True, comment='reduced hash tree in the renewing batch'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['renewed_by'], ['evidence_batches.id'], name=op.f('fk_evidence_batches_renewed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_batches'))
    )
    op.create_table('validation_objects',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('der', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('certificate', 'ocsp', 'crl')", name=op.f('ck_validation_objects_kind_known')),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_validation_objects_hash_is_hex')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_validation_objects'))
    )
    op.create_table('evidence_paths',
    sa.Column('sha256', sa.String(), nullable=False, comment='of the file: a document at one of its signatures, or a checkpoint'),
    sa.Column('chain', sa.Integer(), server_default='0', nullable=False, comment='above 0: by a stronger hash'),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.LargeBinary(), nullable=False, comment='reduced hash tree, RFC 4998 section 4.2'),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_evidence_paths_hash_is_hex')),
    sa.ForeignKeyConstraint(['batch_id'], ['evidence_batches.id'], name=op.f('fk_evidence_paths_batch_id')),
    sa.PrimaryKeyConstraint('sha256', 'chain', name=op.f('pk_evidence_paths'))
    )
    op.create_index(op.f('ix_evidence_paths_batch_id'), 'evidence_paths', ['batch_id'], unique=False)
    op.create_table('log_checkpoints',
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True, comment='its time stamp'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['evidence_batches.id'], name=op.f('fk_log_checkpoints_batch_id')),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_log_checkpoints'))
    )
    op.create_table('log_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leaf', sa.LargeBinary(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('issued', 'recalled', 'superseded', 'transferred')", name=op.f('ck_log_events_kind_known')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_log_events_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_events')),
    sa.UniqueConstraint('document_id', 'kind', name=op.f('uq_log_events_document_id_kind')),
    sa.UniqueConstraint('position', name=op.f('uq_log_events_position'))
    )
    op.create_index('ix_log_events_unnumbered', 'log_events', ['id'], unique=False, postgresql_where=sa.text('position IS NULL'))
    op.create_table('signature_checks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('certificate_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True, comment='null: the daily watch'),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False, comment='ocsp or crl; empty when nobody answered'),
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), server_default='', nullable=False, comment='of a revocation, or why there was no answer'),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('this_update', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_update', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('good', 'revoked', 'suspended', 'unknown')", name=op.f('ck_signature_checks_status_known')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_signature_checks_certificate_id')),
    sa.ForeignKeyConstraint(['order_id'], ['signing_orders.id'], name=op.f('fk_signature_checks_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_checks'))
    )
    op.create_index('ix_signature_checks_newest', 'signature_checks', ['certificate_id', 'checked_at'], unique=False)
    op.add_column('schools', sa.Column('seal_image_sha256', sa.String(), nullable=True, comment="the school's own picture of its seal, an object"))
    op.add_column('certificates', sa.Column('provider', sa.String(), server_default='pkcs12', nullable=False, comment='name of the key provider, in the settings'))
    op.add_column('certificates', sa.Column('mechanism', sa.String(), server_default='', nullable=False, comment='empty: the usual one of the key'))
    op.add_column('certificates', sa.Column('state_since', sa.DateTime(timezone=True), nullable=True, comment='of a suspension, revocation or replacement'))
    op.alter_column('certificates', 'key_ref',
               existing_type=sa.VARCHAR(),
               comment='what the provider calls the key',
               existing_nullable=False)
    op.alter_column('notices', 'class_term_id',
               existing_type=sa.UUID(),
               nullable=True,
               comment='null: about the person')
    op.add_column('order_items', sa.Column('token', sa.LargeBinary(), nullable=True, comment='time stamp of the raw signature'))
    op.add_column('order_items', sa.Column('stamped_at', sa.DateTime(timezone=True), nullable=True, comment='genTime of the token'))
    op.add_column('order_items', sa.Column('signed_sha256', sa.String(), nullable=True, comment='once embedded, or uploaded signed'))
    op.add_column('order_items', sa.Column('signed_size', sa.Integer(), nullable=True))
    op.add_column('signatures', sa.Column('level', sa.String(), server_default='B-B', nullable=False))
    op.add_column('signatures', sa.Column('stamped_at', sa.DateTime(timezone=True), nullable=True, comment='genTime of its own time stamp'))
    op.add_column('signing_orders', sa.Column('level', sa.String(), server_default='B-B', nullable=False, comment='PAdES level; +ERS: time proven by evidence only'))
    op.add_column('signing_orders', sa.Column('trouble_code', sa.String(), server_default='', nullable=False, comment='why it waits, or why it failed'))
    op.add_column('signing_orders', sa.Column('trouble', sa.String(), server_default='', nullable=False, comment='the same in words for the person'))
    op.add_column('signing_orders', sa.Column('warning', sa.String(), server_default='', nullable=False, comment='what the signer was warned of'))
    op.add_column('signing_orders', sa.Column('confirmation_id', sa.Uuid(), nullable=True))
    op.add_column('signing_orders', sa.Column('material_sha256', sa.String(), nullable=True, comment='validation data that the seal carries, an object'))
    op.add_column('signing_orders', sa.Column('fresh_until', sa.DateTime(timezone=True), nullable=True, comment='the time stamp must come before: validation data ages'))
    op.add_column('signing_orders', sa.Column('evidence_id', sa.Uuid(), nullable=True))
    op.add_column('signing_orders', sa.Column('rechecked_at', sa.DateTime(timezone=True), nullable=True, comment='status of the certificates after the evidence'))
    op.add_column('signing_orders', sa.Column('archive_sha256', sa.String(), nullable=True, comment='validation data of that moment, an object'))
    op.create_index('ix_signing_orders_unproven', 'signing_orders', ['created_at'], unique=False, postgresql_where=sa.text("state = 'completed' AND (evidence_id IS NULL OR rechecked_at IS NULL)"))
    op.create_foreign_key(op.f('fk_signing_orders_confirmation_id'), 'signing_orders', 'confirmations', ['confirmation_id'], ['id'])
    op.create_foreign_key(op.f('fk_signing_orders_evidence_id'), 'signing_orders', 'evidence_batches', ['evidence_id'], ['id'])
    op.create_check_constraint(op.f('ck_signing_orders_level_known'), 'signing_orders', LEVELS)
    _known('signing_orders', 'state', ORDER_STATES + ", 'asked'")
    _known('notices', 'kind', NOTICE_KINDS + ", 'certificate'")
    op.execute(GUARDS)
    for table in KEPT:
        op.execute(f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    for table in (*KEPT, 'evidence_batches', 'log_events'):
        op.execute(f'CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')


def downgrade() -> None:
    _known('notices', 'kind', NOTICE_KINDS)
    _known('signing_orders', 'state', ORDER_STATES)
    op.drop_constraint(op.f('fk_signing_orders_evidence_id'), 'signing_orders', type_='foreignkey')
    op.drop_constraint(op.f('fk_signing_orders_confirmation_id'), 'signing_orders', type_='foreignkey')
    op.drop_index('ix_signing_orders_unproven', table_name='signing_orders', postgresql_where=sa.text("state = 'completed' AND (evidence_id IS NULL OR rechecked_at IS NULL)"))
    op.drop_column('signing_orders', 'archive_sha256')
    op.drop_column('signing_orders', 'rechecked_at')
    op.drop_column('signing_orders', 'evidence_id')
    op.drop_column('signing_orders', 'fresh_until')
    op.drop_column('signing_orders', 'material_sha256')
    op.drop_column('signing_orders', 'confirmation_id')
    op.drop_column('signing_orders', 'warning')
    op.drop_column('signing_orders', 'trouble')
    op.drop_column('signing_orders', 'trouble_code')
    op.drop_column('signing_orders', 'level')
    op.drop_column('signatures', 'stamped_at')
    op.drop_column('signatures', 'level')
    op.drop_column('order_items', 'signed_size')
    op.drop_column('order_items', 'signed_sha256')
    op.drop_column('order_items', 'stamped_at')
    op.drop_column('order_items', 'token')
    op.alter_column('notices', 'class_term_id',
               existing_type=sa.UUID(),
               nullable=False,
               comment=None,
               existing_comment='null: about the person')
    op.alter_column('certificates', 'key_ref',
               existing_type=sa.VARCHAR(),
               comment=None,
               existing_comment='what the provider calls the key',
               existing_nullable=False)
    op.drop_column('schools', 'seal_image_sha256')
    op.drop_column('certificates', 'state_since')
    op.drop_column('certificates', 'mechanism')
    op.drop_column('certificates', 'provider')
    op.drop_index('ix_signature_checks_newest', table_name='signature_checks')
    op.drop_table('signature_checks')
    op.drop_index('ix_log_events_unnumbered', table_name='log_events', postgresql_where=sa.text('position IS NULL'))
    op.drop_table('log_events')
    op.drop_table('log_checkpoints')
    op.drop_index(op.f('ix_evidence_paths_batch_id'), table_name='evidence_paths')
    op.drop_table('evidence_paths')
    op.drop_table('validation_objects')
    op.drop_table('evidence_batches')
    op.drop_table('confirmations')
    op.execute('DROP FUNCTION evidence_stays()')
    op.execute('DROP FUNCTION history_stays()')
