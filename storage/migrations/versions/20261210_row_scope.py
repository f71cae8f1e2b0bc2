"""row_scope: the interface sees rows of the school that it answers for; grants follow every upgrade (storage/grants.py)"""

from alembic import op

revision = 'a4c8e1f20b97'
down_revision = 'e2b41f7c90da'
branch_labels = None
depends_on = None

# Roles belong to the whole server: an administrator or another database of hocba may have made them, even just now.
_ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} LOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
_SETTING = "(SELECT current_setting('hocba.school', true))"
_OF_SCHOOL = "school_id::text = " + _SETTING
# Each table by the nearest one that is held already; the parts of a school's data that name pupils or tell of them.
_POLICIES = {
    'class_groups': _OF_SCHOOL,
    'civil_changes': _OF_SCHOOL,
    # A transfer's papers are for both of its schools.
    'documents': f"""{_OF_SCHOOL} OR EXISTS (
        SELECT 1 FROM transfers t WHERE t.matter_id = documents.matter_id
        AND {_SETTING} IN (t.from_school_id::text, t.to_school_id::text))""",
    'class_terms': 'EXISTS (SELECT 1 FROM class_groups g WHERE g.id = class_id)',
    'enrolments': 'EXISTS (SELECT 1 FROM class_groups g WHERE g.id = class_id)',
    'term_records': 'EXISTS (SELECT 1 FROM class_terms t WHERE t.id = class_term_id)',
    'record_slots': 'EXISTS (SELECT 1 FROM term_records r WHERE r.id = record_id)',
    'pupil_terms': 'EXISTS (SELECT 1 FROM term_records r WHERE r.id = record_id)',
    'assessments': 'EXISTS (SELECT 1 FROM term_records r WHERE r.id = record_id)',
    'pupils': 'EXISTS (SELECT 1 FROM enrolments e WHERE e.pupil_id = pupils.id)',
}


# What the interface may lock and must not change: where a record stands is the workers' to write.
_FOLLOWING_THE_WORKFLOW = ('class_terms', 'term_records', 'record_slots')


def upgrade() -> None:
    for role in ('hocba_api', 'hocba_worker'):
        op.execute(_ROLES.format(role=role))
    for table, of_school in _POLICIES.items():
        op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY worker ON {table} TO hocba_worker USING (true)')
        visible = f"{_SETTING} = '*' OR {of_school}"
        if table in _FOLLOWING_THE_WORKFLOW:
            op.execute(f'CREATE POLICY read ON {table} FOR SELECT TO hocba_api USING ({visible})')
            op.execute(f'CREATE POLICY open ON {table} FOR INSERT TO hocba_api WITH CHECK ({visible})')
            op.execute(f'CREATE POLICY lock ON {table} FOR UPDATE TO hocba_api USING ({visible}) WITH CHECK (false)')
        else:
            # A pupil is written before the enrolment that makes the school the pupil's.
            check = ' WITH CHECK (true)' if table == 'pupils' else ''
            op.execute(f'CREATE POLICY school ON {table} TO hocba_api USING ({visible}){check}')


def downgrade() -> None:
    for table in _POLICIES:
        names = ('read', 'open', 'lock') if table in _FOLLOWING_THE_WORKFLOW else ('school',)
        for name in (*names, 'worker'):
            op.execute(f'DROP POLICY {name} ON {table}')
        op.execute(f'ALTER TABLE {table} DISABLE ROW LEVEL SECURITY')
