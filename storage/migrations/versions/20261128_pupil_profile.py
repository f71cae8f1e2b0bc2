"""pupil profile: places, family and policy group of the national record; codes of schools; previews of class lists"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '8b41d6f0c2a7'
down_revision = '7c41d90be3a5'
branch_labels = None
depends_on = None


PROFILE = (
    'birth_province_code', 'birth_commune_code',
    'native_place', 'native_province_code', 'native_commune_code',
    'current_address', 'address_province_code', 'address_commune_code',
    'father_name', 'father_occupation', 'mother_name', 'mother_occupation', 'guardian_name', 'guardian_occupation',
    'policy_group',
)
DEPARTMENT = 'Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh'


def place_codes(*prefixes):
    return ' AND '.join(
        f"{each}province_code ~ '^([0-9]{{2}})?$' AND {each}commune_code ~ '^([0-9]{{5}})?$'" for each in prefixes
    )


def upgrade() -> None:
    for name in PROFILE:
        op.add_column('pupils', sa.Column(name, sa.String(), server_default='', nullable=False))
    op.create_check_constraint(op.f('ck_pupils_place_codes'), 'pupils', place_codes('birth_', 'native_', 'address_'))
    op.add_column('schools', sa.Column('province_code', sa.String(), server_default='', nullable=False))
    op.add_column('schools', sa.Column('commune_code', sa.String(), server_default='', nullable=False))
    op.add_column('schools', sa.Column('department_code', sa.String(), server_default='79', nullable=False, comment="of the city's or province's department"))
    op.add_column('schools', sa.Column('department_name', sa.String(), server_default=DEPARTMENT, nullable=False))
    op.create_check_constraint(op.f('ck_schools_place_codes'), 'schools', place_codes(''))
    op.create_check_constraint(op.f('ck_schools_department_code_form'), 'schools', "department_code ~ '^[0-9]{2}$'")
    op.create_index(op.f('ix_enrolments_pupil_id'), 'enrolments', ['pupil_id'], unique=False)
    op.create_table('roster_previews',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('outcome', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(content IS NULL) <> (outcome IS NULL)', name=op.f('ck_roster_previews_content_or_outcome')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_roster_previews_school_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_roster_previews_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_previews'))
    )
    op.create_index(op.f('ix_roster_previews_expires_at'), 'roster_previews', ['expires_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_roster_previews_expires_at'), table_name='roster_previews')
    op.drop_table('roster_previews')
    op.drop_index(op.f('ix_enrolments_pupil_id'), table_name='enrolments')
    for name in ('department_name', 'department_code', 'commune_code', 'province_code'):
        op.drop_column('schools', name)
    for name in reversed(PROFILE):
        op.drop_column('pupils', name)
