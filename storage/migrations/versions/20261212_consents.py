"""consents: what families said to uses of pupils' data; views of exports, look-ups and transfers, for each school"""

from alembic import op
import sqlalchemy as sa

revision = 'd83a5c1f7e42'
down_revision = 'c17d2b9e4f60'
branch_labels = None
depends_on = None

_SETTING = "(SELECT current_setting('hocba.school', true))"
_ONCE = ('day', 'staff_id', 'pupil_id', 'class_term_id', 'sight', 'key_name')


def upgrade() -> None:
    op.create_table('consents',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('command_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False, comment='that asked for it'),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False, comment='a code of domain.consents, in that version'),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('giver', sa.String(), nullable=False, comment='relation to the pupil, never a name'),
    sa.Column('is_given', sa.Boolean(), nullable=False, comment='false: refused or withdrawn'),
    sa.Column('said_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("giver IN ('father', 'mother', 'guardian', 'child')", name=op.f('ck_consents_giver_known')),
    sa.ForeignKeyConstraint(['pupil_id'], ['pupils.id'], name=op.f('fk_consents_pupil_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_consents_recorded_by')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_consents_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    sa.UniqueConstraint('command_id', 'pupil_id', 'purpose', 'giver', name='uq_consents_once')
    )
    op.create_index('ix_consents_pupil', 'consents', ['pupil_id', 'school_id'], unique=False)
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consents FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON consents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    op.execute('ALTER TABLE consents ENABLE ROW LEVEL SECURITY')
    op.execute('CREATE POLICY worker ON consents TO hocba_worker USING (true)')
    op.execute(f"CREATE POLICY school ON consents TO hocba_api USING ({_SETTING} = '*' OR school_id::text = {_SETTING})")
    _views("'record', 'paper', 'class', 'export', 'store', 'transfer'", (*_ONCE, 'school_id'))


def downgrade() -> None:
    op.execute("DELETE FROM record_views WHERE sight NOT IN ('record', 'paper', 'class')")
    _views("'record', 'paper', 'class'", _ONCE)
    op.drop_table('consents')


def _views(sights: str, once: tuple[str, ...]) -> None:
    """The table is of the same release, so nobody's code is at work with it."""
    op.drop_constraint(op.f('ck_record_views_sight_known'), 'record_views')
    op.create_check_constraint(op.f('ck_record_views_sight_known'), 'record_views', f'sight IN ({sights})')
    op.drop_constraint('uq_record_views_once', 'record_views')
    op.create_unique_constraint('uq_record_views_once', 'record_views', list(once), postgresql_nulls_not_distinct=True)
