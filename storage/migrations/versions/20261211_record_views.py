"""record_views: who looked at pupils' data, told to their school"""

from alembic import op
import sqlalchemy as sa

revision = 'c17d2b9e4f60'
down_revision = 'a4c8e1f20b97'
branch_labels = None
depends_on = None

_SETTING = "(SELECT current_setting('hocba.school', true))"


def upgrade() -> None:
    op.create_table('record_views',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False, comment='whose pupils they are'),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('key_name', sa.String(), server_default='', nullable=False, comment="of a system's key; empty: in person"),
    sa.Column('sight', sa.String(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=True),
    sa.Column('class_term_id', sa.Uuid(), nullable=True),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False, comment='to within some minutes'),
    sa.CheckConstraint("sight IN ('record', 'paper', 'class')", name=op.f('ck_record_views_sight_known')),
    sa.CheckConstraint('num_nonnulls(pupil_id, class_term_id) = 1', name=op.f('ck_record_views_one_subject')),
    sa.ForeignKeyConstraint(['class_term_id'], ['class_terms.id'], name=op.f('fk_record_views_class_term_id')),
    sa.ForeignKeyConstraint(['pupil_id'], ['pupils.id'], name=op.f('fk_record_views_pupil_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_record_views_school_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_record_views_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_views')),
    sa.UniqueConstraint('day', 'staff_id', 'pupil_id', 'class_term_id', 'sight', 'key_name', name='uq_record_views_once', postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_record_views_school', 'record_views', ['school_id', 'day'], unique=False)
    op.create_index('ix_record_views_pupil', 'record_views', ['pupil_id'], unique=False)
    op.execute('ALTER TABLE record_views ENABLE ROW LEVEL SECURITY')
    op.execute('CREATE POLICY worker ON record_views TO hocba_worker USING (true)')
    op.execute(f"CREATE POLICY school ON record_views TO hocba_api USING ({_SETTING} = '*' OR school_id::text = {_SETTING})")


def downgrade() -> None:
    op.drop_table('record_views')
