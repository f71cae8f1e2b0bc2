"""transfers: a pupil on the way from one school to another"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'b3f8d1a6c274'
down_revision = 'a7d3c5e91f42'
branch_labels = None
depends_on = None

DIRECTIONS = ('within', 'out', 'in')
PHASES = (
    'requested', 'accepted', 'detaching', 'writing', 'packing', 'checking', 'attaching', 'committing', 'placed', 'undoing',
    'refused', 'cancelled',
)
OVER = ('cancelled', 'placed', 'refused')
GROUNDS = ('', 'not_guardian', 'false_facts', 'ordered', 'other_transfer')


def _listed(values) -> str:
    return ', '.join(f"'{value}'" for value in values)


def _tried(*purposes: str) -> None:
    op.drop_constraint(op.f('ck_sign_in_attempts_purpose_known'), 'sign_in_attempts', type_='check')
    op.create_check_constraint(op.f('ck_sign_in_attempts_purpose_known'), 'sign_in_attempts', f'purpose IN ({_listed(purposes)})')


def upgrade() -> None:
    _tried('password', 'code', 'mail', 'pupil')
    op.create_table('transfers',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('from_school_id', sa.Uuid(), nullable=True),
    sa.Column('to_school_id', sa.Uuid(), nullable=True),
    sa.Column('other_name', sa.String(), server_default='', nullable=False, comment='of a school that is not in the system'),
    sa.Column('other_code', sa.String(), server_default='', nullable=False),
    sa.Column('other_province', sa.String(), server_default='', nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=False),
    sa.Column('rule_version', sa.String(), nullable=False, comment='of the regulation in force on that day'),
    sa.Column('is_same_province', sa.Boolean(), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False, comment='that the pupil is to attend'),
    sa.Column('application_reason_id', sa.Uuid(), nullable=False, comment='who applies, and why'),
    sa.Column('from_enrolment_id', sa.Uuid(), nullable=True),
    sa.Column('phase', sa.String(), nullable=False),
    sa.Column('counted_from', sa.Date(), nullable=False, comment='day from which the limit of the step under way counts'),
    sa.Column('to_class_id', sa.Uuid(), nullable=True),
    sa.Column('to_enrolment_id', sa.Uuid(), nullable=True, comment='set by the pivot'),
    sa.Column('register_no', sa.String(), server_default='', nullable=False, comment='in the register of the school that receives'),
    sa.Column('moved_on', sa.Date(), nullable=True, comment='first day at the other school; set by the pivot'),
    sa.Column('answer_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('release_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('placement_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subject_gaps', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment='codes: what is to be made up'),
    sa.Column('ground', sa.String(), server_default='', nullable=False, comment='of an objection'),
    sa.Column('document_id', sa.Uuid(), nullable=True, comment='the signed partial result'),
    sa.Column('package_sha256', sa.String(), nullable=True, comment='an object'),
    sa.Column('packed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expired_at', sa.DateTime(timezone=True), nullable=True, comment='the package counts no more'),
    sa.Column('report', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='of the automatic check of the package'),
    sa.Column('is_sound', sa.Boolean(), nullable=True, comment='whether everything in the package could be verified'),
    sa.Column('extracts', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment='past years copied from paper, each as domain.transfers.extracts has it'),
    sa.CheckConstraint(f'direction IN ({_listed(DIRECTIONS)})', name=op.f('ck_transfers_direction_known')),
    sa.CheckConstraint(f'phase IN ({_listed(PHASES)})', name=op.f('ck_transfers_phase_known')),
    sa.CheckConstraint(f'ground IN ({_listed(GROUNDS)})', name=op.f('ck_transfers_ground_known')),
    sa.CheckConstraint("(direction = 'in') = (from_school_id IS NULL)", name=op.f('ck_transfers_from_a_school')),
    sa.CheckConstraint("(direction = 'out') = (to_school_id IS NULL)", name=op.f('ck_transfers_to_a_school')),
    sa.CheckConstraint('from_school_id <> to_school_id', name=op.f('ck_transfers_two_schools')),
    sa.CheckConstraint("(direction = 'within') = (other_name = '')", name=op.f('ck_transfers_outside_is_named')),
    sa.CheckConstraint("package_sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_transfers_hash_is_hex')),
    sa.ForeignKeyConstraint(['application_reason_id'], ['reasons.id'], name=op.f('fk_transfers_application_reason_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_transfers_document_id')),
    sa.ForeignKeyConstraint(['from_enrolment_id'], ['enrolments.id'], name=op.f('fk_transfers_from_enrolment_id')),
    sa.ForeignKeyConstraint(['from_school_id'], ['schools.id'], name=op.f('fk_transfers_from_school_id')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_transfers_matter_id')),
    sa.ForeignKeyConstraint(['pupil_id'], ['pupils.id'], name=op.f('fk_transfers_pupil_id')),
    sa.ForeignKeyConstraint(['to_class_id'], ['class_groups.id'], name=op.f('fk_transfers_to_class_id')),
    sa.ForeignKeyConstraint(['to_enrolment_id'], ['enrolments.id'], name=op.f('fk_transfers_to_enrolment_id')),
    sa.ForeignKeyConstraint(['to_school_id'], ['schools.id'], name=op.f('fk_transfers_to_school_id')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_transfers'))
    )
    op.create_index('uq_transfers_open_pupil', 'transfers', ['pupil_id'], unique=True, postgresql_where=sa.text(f'phase NOT IN ({_listed(OVER)})'))
    op.create_index('ix_transfers_from_school', 'transfers', ['from_school_id'], unique=False)
    op.create_index('ix_transfers_to_school', 'transfers', ['to_school_id'], unique=False)
    op.create_index('ix_transfers_to_enrolment', 'transfers', ['to_enrolment_id'], unique=False)
    op.create_index('ix_transfers_from_enrolment', 'transfers', ['from_enrolment_id'], unique=False)


def downgrade() -> None:
    op.drop_table('transfers')
    op.execute("DELETE FROM sign_in_attempts WHERE purpose = 'pupil'")
    _tried('password', 'code', 'mail')
