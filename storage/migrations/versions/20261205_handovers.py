"""handovers: who hands which work to whom from when, who is on leave, and under what an assignment was made"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'c4f81d0a6e35'
down_revision = 'b3f8d1a6c274'
branch_labels = None
depends_on = None

ROLES = ('', 'principal', 'vice_principal', 'seal_clerk', 'system_admin', 'officer', 'office_head')
KINDS = (
    'retirement', 'resignation', 'maternity', 'transfer', 'death', 'emergency', 'principal_change', 'acting_head',
    'acting_clerk', 'delegation', 'merger',
)


def _known(table: str, column: str, values) -> sa.CheckConstraint:
    listed = ', '.join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f'{column} IN ({listed})', name=op.f(f'ck_{table}_{column}_known'))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}'))


def _time(name: str, **more) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **{'nullable': True, **more})


def upgrade() -> None:
    _handovers()
    _items()
    _leaves()
    for table in ('teaching_assignments', 'positions'):
        op.add_column(table, sa.Column('matter_id', sa.Uuid(), nullable=True, comment='the handover that gave it'))
        op.create_foreign_key(op.f(f'fk_{table}_matter_id'), table, 'matters', ['matter_id'], ['id'])
        op.create_index(op.f(f'ix_{table}_matter_id'), table, ['matter_id'], unique=False)


def _handovers() -> None:
    op.create_table('handovers',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True, comment='whose work it is'),
    _time('effective_at', nullable=False),
    _time('until', comment='when the work goes back; none: it does not'),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    _time('confirm_due', comment='none: nobody is asked to confirm'),
    _time('confirmed_at'),
    sa.Column('overridden_by', sa.Uuid(), nullable=True, comment='who went on without the giver'),
    sa.Column('override_reason_id', sa.Uuid(), nullable=True),
    sa.Column('giver_left_out', sa.Boolean(), server_default='false', nullable=False, comment='the minutes are without the giver'),
    _time('applied_at', comment='when the changes were written'),
    _time('moment', comment='when they took effect'),
    _time('step_since', nullable=False),
    _time('reported_at', comment='the certificate, to the authority that issued it'),
    sa.Column('from_school_id', sa.Uuid(), nullable=True),
    sa.Column('to_school_id', sa.Uuid(), nullable=True),
    sa.Column('decision_no', sa.String(), server_default='', nullable=False),
    _known('handovers', 'kind', KINDS),
    sa.CheckConstraint('until > effective_at', name=op.f('ck_handovers_ends_after_it_begins')),
    sa.CheckConstraint("(kind = 'merger') = (staff_id IS NULL)", name=op.f('ck_handovers_of_a_person_or_a_school')),
    sa.CheckConstraint("(kind = 'merger') = (to_school_id IS NOT NULL)", name=op.f('ck_handovers_merger_has_a_successor')),
    _to('handovers', 'matter_id', 'matters'),
    _to('handovers', 'staff_id', 'staff'),
    _to('handovers', 'reason_id', 'reasons'),
    _to('handovers', 'overridden_by', 'staff'),
    _to('handovers', 'override_reason_id', 'reasons'),
    _to('handovers', 'from_school_id', 'schools'),
    _to('handovers', 'to_school_id', 'schools'),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_handovers')),
    sa.UniqueConstraint('decision_no', 'from_school_id', name=op.f('uq_handovers_decision_no_from_school_id'))
    )
    op.create_index(op.f('ix_handovers_staff_id'), 'handovers', ['staff_id'], unique=False)


def _items() -> None:
    op.create_table('handover_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('class_id', sa.Uuid(), nullable=True),
    sa.Column('slot', sa.String(), server_default='', nullable=False),
    sa.Column('role', sa.String(), server_default='', nullable=False),
    sa.Column('title', sa.String(), server_default='', nullable=False, comment="of the office, as it is printed under the successor's signature"),
    sa.Column('source_id', sa.Uuid(), nullable=True, comment="the giver's assignment or position"),
    _time('source_until', comment='its end before this handover; none: open'),
    sa.Column('successor_id', sa.Uuid(), nullable=True),
    _time('accepted_at'),
    sa.Column('declined_by', sa.Uuid(), nullable=True, comment='the last who declined'),
    sa.Column('decline_reason_id', sa.Uuid(), nullable=True),
    _time('applied_at'),
    _known('handover_items', 'role', ROLES),
    sa.CheckConstraint("(class_id IS NULL) = (slot = '')", name=op.f('ck_handover_items_slot_of_a_class')),
    sa.CheckConstraint("(class_id IS NULL) <> (role = '')", name=op.f('ck_handover_items_slot_or_office')),
    sa.CheckConstraint('accepted_at IS NULL OR successor_id IS NOT NULL', name=op.f('ck_handover_items_somebody_accepted')),
    _to('handover_items', 'matter_id', 'matters'),
    _to('handover_items', 'class_id', 'class_groups'),
    _to('handover_items', 'successor_id', 'staff'),
    _to('handover_items', 'declined_by', 'staff'),
    _to('handover_items', 'decline_reason_id', 'reasons'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_items'))
    )
    op.create_index(op.f('ix_handover_items_matter_id'), 'handover_items', ['matter_id'], unique=False)
    op.create_index('ix_handover_items_successor', 'handover_items', ['successor_id'], unique=False)


def _leaves() -> None:
    op.create_table('staff_leaves',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    _time('starts_at', nullable=False),
    _time('ends_at'),
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    _known('staff_leaves', 'kind', KINDS),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_staff_leaves_ends_after_it_begins')),
    _to('staff_leaves', 'staff_id', 'staff'),
    _to('staff_leaves', 'matter_id', 'matters'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_leaves')),
    postgresql.ExcludeConstraint((sa.column('staff_id'), '='), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), using='gist', name='one_leave_at_a_time')
    )
    op.create_index(op.f('ix_staff_leaves_matter_id'), 'staff_leaves', ['matter_id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError('under what an assignment was made, and who was on leave, is not thrown away')
