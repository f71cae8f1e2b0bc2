"""campaigns: policies, phases, moves of deadlines, progress of classes; people who work at authorities"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '9a3e5c7d1f20'
down_revision = '5d0f3c8a7e61'
branch_labels = None
depends_on = None

# What the projection writes from now on, for the books that are open already; summer work is found at the next review.
BACKFILL = """
INSERT INTO class_progress (class_term_id, cohort, school_id, school_year, grade, term, pupils, held, submitted, reviewed,
                            signed, approved, issued)
SELECT t.id, 'completed', g.school_id, g.school_year, g.grade, t.term, count(r.id), count(*) FILTER (WHERE r.held),
       count(*) FILTER (WHERE r.stage <> 'entry'),
       count(*) FILTER (WHERE r.stage NOT IN ('entry', 'submitted')),
       count(*) FILTER (WHERE r.stage IN ('homeroom_signed', 'approved', 'sealed', 'issued')),
       count(*) FILTER (WHERE r.stage IN ('approved', 'sealed', 'issued')),
       count(*) FILTER (WHERE r.stage = 'issued')
FROM class_terms t JOIN class_groups g ON g.id = t.class_id JOIN term_records r ON r.class_term_id = t.id
GROUP BY t.id, g.id
"""


def upgrade() -> None:
    op.execute('CREATE SEQUENCE deadline_versions START WITH 1000')
    op.create_table('holidays',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_workday', sa.Boolean(), server_default='false', nullable=False, comment='a make-up day'),
    sa.Column('source', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_holidays'))
    )
    op.create_table('policies',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['managing_authorities.id'], name=op.f('fk_policies_authority_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policies')),
    sa.UniqueConstraint('code', name=op.f('uq_policies_code'))
    )
    op.create_table('campaigns',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('school_year', sa.String(), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('policy_id', sa.Uuid(), nullable=False),
    sa.Column('policy_version', sa.Integer(), nullable=False),
    sa.Column('base_version', sa.BigInteger(), nullable=False, comment='of the deadlines that the policy sets; moves of deadlines after it count'),
    sa.Column('state', sa.String(), server_default='open', nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name=op.f('ck_campaigns_state_known')),
    sa.CheckConstraint('grade BETWEEN 1 AND 12', name=op.f('ck_campaigns_grade_known')),
    sa.ForeignKeyConstraint(['authority_id'], ['managing_authorities.id'], name=op.f('fk_campaigns_authority_id')),
    sa.ForeignKeyConstraint(['opened_by'], ['staff.id'], name=op.f('fk_campaigns_opened_by')),
    sa.ForeignKeyConstraint(['policy_id'], ['policies.id'], name=op.f('fk_campaigns_policy_id')),
    sa.ForeignKeyConstraint(['school_year'], ['school_years.code'], name=op.f('fk_campaigns_school_year')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaigns')),
    sa.UniqueConstraint('school_year', 'grade', name=op.f('uq_campaigns_school_year_grade'))
    )
    op.create_table('campaign_phases',
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('cohort', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False, comment='of the deadline'),
    sa.Column('state', sa.String(), server_default='open', nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("cohort IN ('all', 'completed', 'supplementary')", name=op.f('ck_campaign_phases_cohort_known')),
    sa.CheckConstraint("state IN ('open', 'late', 'excepted', 'done')", name=op.f('ck_campaign_phases_state_known')),
    sa.CheckConstraint("step IN ('close_hk1', 'close_year', 'data_review', 'training', 'entry_signing', 'issue', 'submission', 'freeze', 'report_to_ministry')", name=op.f('ck_campaign_phases_step_known')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_phases_campaign_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_campaign_phases_school_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'school_id', 'step', 'cohort', name=op.f('pk_campaign_phases'))
    )
    op.create_table('campaign_schools',
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deadline_version', sa.BigInteger(), server_default='0', nullable=False, comment='newest that its workflow knows'),
    sa.Column('gaps', postgresql.JSONB(), server_default='{}', nullable=False, comment='by code of domain.campaigns.gaps.GapKind'),
    sa.Column('gaps_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True, comment='of the data review, by the head of the school'),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('trained_on', sa.Date(), nullable=True),
    sa.Column('trained_by', sa.Uuid(), nullable=True, comment='who noted it'),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=True, comment='last successful test of the city store'),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_schools_campaign_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['staff.id'], name=op.f('fk_campaign_schools_confirmed_by')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_campaign_schools_school_id')),
    sa.ForeignKeyConstraint(['trained_by'], ['staff.id'], name=op.f('fk_campaign_schools_trained_by')),
    sa.PrimaryKeyConstraint('campaign_id', 'school_id', name=op.f('pk_campaign_schools'))
    )
    op.create_index(op.f('ix_campaign_schools_school_id'), 'campaign_schools', ['school_id'], unique=False)
    op.create_table('class_progress',
    sa.Column('class_term_id', sa.Uuid(), nullable=False),
    sa.Column('cohort', sa.String(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('school_year', sa.String(), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False),
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('pupils', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), server_default='0', nullable=False),
    sa.Column('submitted', sa.Integer(), server_default='0', nullable=False),
    sa.Column('reviewed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('signed', sa.Integer(), server_default='0', nullable=False, comment='by the homeroom teacher, after all subjects'),
    sa.Column('approved', sa.Integer(), server_default='0', nullable=False),
    sa.Column('issued', sa.Integer(), server_default='0', nullable=False),
    sa.Column('accepted', sa.Integer(), server_default='0', nullable=False, comment='by the city store'),
    sa.Column('frozen', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint("cohort IN ('all', 'completed', 'supplementary')", name=op.f('ck_class_progress_cohort_known')),
    sa.CheckConstraint("term IN ('hk1', 'year_end')", name=op.f('ck_class_progress_term_known')),
    sa.ForeignKeyConstraint(['class_term_id'], ['class_terms.id'], name=op.f('fk_class_progress_class_term_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_class_progress_school_id')),
    sa.PrimaryKeyConstraint('class_term_id', 'cohort', name=op.f('pk_class_progress'))
    )
    op.create_index('ix_class_progress_campaign', 'class_progress', ['school_year', 'grade', 'term'], unique=False)
    op.create_index(op.f('ix_class_progress_school_id'), 'class_progress', ['school_id'], unique=False)
    op.create_table('deadline_decisions',
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False, comment='the command that made it'),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('cohort', sa.String(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False, comment='the last day in time'),
    sa.Column('authority_id', sa.Uuid(), nullable=True),
    sa.Column('school_id', sa.Uuid(), nullable=True),
    sa.Column('decision_no', sa.String(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('concerned', sa.Integer(), server_default='0', nullable=False, comment='class-terms and schools that it is to reach'),
    sa.Column('spread_at', sa.DateTime(timezone=True), nullable=True, comment='when the last of them was told'),
    sa.CheckConstraint("cohort IN ('all', 'completed', 'supplementary')", name=op.f('ck_deadline_decisions_cohort_known')),
    sa.CheckConstraint("step IN ('close_hk1', 'close_year', 'data_review', 'training', 'entry_signing', 'issue', 'submission', 'freeze', 'report_to_ministry')", name=op.f('ck_deadline_decisions_step_known')),
    sa.CheckConstraint('num_nonnulls(authority_id, school_id) <= 1', name=op.f('ck_deadline_decisions_one_scope')),
    sa.ForeignKeyConstraint(['authority_id'], ['managing_authorities.id'], name=op.f('fk_deadline_decisions_authority_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_deadline_decisions_campaign_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_deadline_decisions_decided_by')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_deadline_decisions_reason_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_deadline_decisions_school_id')),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_deadline_decisions')),
    sa.UniqueConstraint('id', name=op.f('uq_deadline_decisions_id'))
    )
    op.create_index('ix_deadline_decisions_campaign', 'deadline_decisions', ['campaign_id', 'version'], unique=False)
    op.create_table('phase_events',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('cohort', sa.String(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('days', sa.Integer(), server_default='0', nullable=False, comment='workdays from the deadline'),
    sa.Column('recipient', sa.String(), nullable=True, comment='who was told of an alarm'),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('reminder', 'overdue', 'escalation', 'done', 'excepted', 'reopened')", name=op.f('ck_phase_events_kind_known')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_phase_events_campaign_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_phase_events_school_id')),
    sa.CheckConstraint("recipient IN ('teachers', 'homeroom', 'admin', 'clerk', 'principal', 'authority', 'city')", name=op.f('ck_phase_events_recipient_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phase_events'))
    )
    op.create_index('uq_phase_events_alarm', 'phase_events', ['campaign_id', 'school_id', 'step', 'cohort', 'version', 'kind', 'days', 'recipient'], unique=True, postgresql_where=sa.text("kind IN ('reminder', 'overdue', 'escalation')"))
    op.create_table('policy_versions',
    sa.Column('policy_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('phases', postgresql.JSONB(), nullable=False, comment='domain.campaigns.phases.Phase, each'),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True, comment='none: came with hocba'),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['staff.id'], name=op.f('fk_policy_versions_made_by')),
    sa.ForeignKeyConstraint(['policy_id'], ['policies.id'], name=op.f('fk_policy_versions_policy_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_policy_versions_reason_id')),
    sa.PrimaryKeyConstraint('policy_id', 'version', name=op.f('pk_policy_versions'))
    )
    op.create_table('progress_days',
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('cohort', sa.String(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.CheckConstraint("cohort IN ('all', 'completed', 'supplementary')", name=op.f('ck_progress_days_cohort_known')),
    sa.CheckConstraint("step IN ('close_hk1', 'close_year', 'data_review', 'training', 'entry_signing', 'issue', 'submission', 'freeze', 'report_to_ministry')", name=op.f('ck_progress_days_step_known')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_progress_days_campaign_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_progress_days_school_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'day', 'school_id', 'step', 'cohort', name=op.f('pk_progress_days'))
    )
    op.create_table('pupil_cases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('enrolment_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), server_default='reported', nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False, comment='why there is no id'),
    sa.Column('reported_by', sa.Uuid(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.Date(), nullable=True, comment='of an exception: its last day'),
    sa.Column('document', sa.String(), server_default='', nullable=False, comment='which other document stands for the id'),
    sa.Column('decision_no', sa.String(), server_default='', nullable=False),
    sa.Column('decision_reason_id', sa.Uuid(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('reported', 'excepted', 'other_document', 'returned', 'closed')", name=op.f('ck_pupil_cases_state_known')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_pupil_cases_campaign_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_pupil_cases_decided_by')),
    sa.ForeignKeyConstraint(['decision_reason_id'], ['reasons.id'], name=op.f('fk_pupil_cases_decision_reason_id')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_pupil_cases_enrolment_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['reasons.id'], name=op.f('fk_pupil_cases_reason_id')),
    sa.ForeignKeyConstraint(['reported_by'], ['staff.id'], name=op.f('fk_pupil_cases_reported_by')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_pupil_cases_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pupil_cases')),
    sa.UniqueConstraint('campaign_id', 'enrolment_id', name=op.f('uq_pupil_cases_campaign_id_enrolment_id'))
    )
    op.create_index(op.f('ix_pupil_cases_school_id'), 'pupil_cases', ['school_id'], unique=False)
    op.add_column('positions', sa.Column('authority_id', sa.Uuid(), nullable=True))
    op.alter_column('positions', 'school_id',
               existing_type=sa.UUID(),
               nullable=True)
    op.create_index(op.f('ix_positions_authority_id'), 'positions', ['authority_id'], unique=False)
    op.create_foreign_key(op.f('fk_positions_authority_id'), 'positions', 'managing_authorities', ['authority_id'], ['id'])
    op.alter_column('reasons', 'school_id',
               existing_type=sa.UUID(),
               nullable=True,
               comment='none: given at an authority')
    op.add_column('staff', sa.Column('authority_id', sa.Uuid(), nullable=True))
    op.alter_column('staff', 'school_id',
               existing_type=sa.UUID(),
               nullable=True)
    op.create_unique_constraint(op.f('uq_staff_authority_id_personal_id'), 'staff', ['authority_id', 'personal_id'])
    op.create_foreign_key(op.f('fk_staff_authority_id'), 'staff', 'managing_authorities', ['authority_id'], ['id'])
    op.create_index('ix_progress_days_series', 'progress_days', ['campaign_id', 'step', 'cohort', 'day'], unique=False)
    op.create_table('phase_forecasts',
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('cohort', sa.String(), nullable=False),
    sa.Column('made_on', sa.Date(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False, comment='expected at the end of the due day'),
    sa.Column('low', sa.Integer(), nullable=False, comment='of the 80 % interval'),
    sa.Column('high', sa.Integer(), nullable=False),
    sa.Column('chance', sa.Float(), nullable=False, comment='that at least one is missing, 0 to 1'),
    sa.Column('pace', sa.Float(), nullable=False, comment='records per workday'),
    sa.Column('mean', sa.Float(), server_default='0', nullable=False, comment='of what is missing: to be added up over schools'),
    sa.Column('finishes_on', sa.Date(), nullable=True, comment='none: nothing moves'),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_phase_forecasts_campaign_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_phase_forecasts_school_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'school_id', 'step', 'cohort', name=op.f('pk_phase_forecasts'))
    )
    op.create_table('drifts',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False, comment='class-term or school'),
    sa.Column('detail', postgresql.JSONB(), nullable=False, comment='numbers of both sides'),
    sa.Column('is_repaired', sa.Boolean(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('not_started', 'gone', 'behind', 'deadline', 'counts', 'school')", name=op.f('ck_drifts_kind_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drifts'))
    )
    op.create_index('ix_drifts_newest', 'drifts', ['found_at'], unique=False)
    op.add_column('term_records', sa.Column('in_summer', sa.Boolean(), server_default='false', nullable=False, comment='the year is decided after the summer: another deadline binds it'))
    op.drop_constraint(op.f('ck_positions_role_known'), 'positions', type_='check')
    op.create_check_constraint(op.f('ck_positions_role_known'), 'positions', "role IN ('principal', 'vice_principal', 'seal_clerk', 'system_admin', 'officer', 'office_head')")
    op.drop_constraint(op.f('ck_notices_kind_known'), 'notices', type_='check')
    op.create_check_constraint(op.f('ck_notices_kind_known'), 'notices', "kind IN ('signature_void', 'returned', 'deadline', 'certificate', 'nudge', 'turn', 'new_device', 'campaign')")
    op.drop_constraint(op.f('ck_account_sessions_duty_known'), 'account_sessions', type_='check')
    op.create_check_constraint(op.f('ck_account_sessions_duty_known'), 'account_sessions', "duty IN ('subject_teacher', 'homeroom', 'principal', 'vice_principal', 'seal_clerk', 'system_admin', 'officer', 'office_head')")
    op.create_check_constraint(op.f('ck_staff_one_employer'), 'staff', 'num_nonnulls(school_id, authority_id) = 1')
    op.create_check_constraint(op.f('ck_positions_one_employer'), 'positions', 'num_nonnulls(school_id, authority_id) = 1')
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON policy_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON policy_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON phase_events FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON phase_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    op.execute('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON drifts FOR EACH ROW EXECUTE FUNCTION refuse_change()')
    op.execute(BACKFILL)


def downgrade() -> None:
    op.drop_constraint(op.f('ck_positions_one_employer'), 'positions', type_='check')
    op.drop_constraint(op.f('ck_staff_one_employer'), 'staff', type_='check')
    op.drop_constraint(op.f('ck_positions_role_known'), 'positions', type_='check')
    op.create_check_constraint(op.f('ck_positions_role_known'), 'positions', "role IN ('principal', 'vice_principal', 'seal_clerk', 'system_admin')")
    op.drop_constraint(op.f('ck_notices_kind_known'), 'notices', type_='check')
    op.create_check_constraint(op.f('ck_notices_kind_known'), 'notices', "kind IN ('signature_void', 'returned', 'deadline', 'certificate', 'nudge', 'turn', 'new_device')")
    op.drop_constraint(op.f('ck_account_sessions_duty_known'), 'account_sessions', type_='check')
    op.create_check_constraint(op.f('ck_account_sessions_duty_known'), 'account_sessions', "duty IN ('subject_teacher', 'homeroom', 'principal', 'vice_principal', 'seal_clerk', 'system_admin')")
    op.drop_constraint(op.f('fk_staff_authority_id'), 'staff', type_='foreignkey')
    op.drop_constraint(op.f('uq_staff_authority_id_personal_id'), 'staff', type_='unique')
    op.alter_column('staff', 'school_id',
               existing_type=sa.UUID(),
               nullable=False)
    op.drop_column('staff', 'authority_id')
    op.alter_column('reasons', 'school_id',
               existing_type=sa.UUID(),
               nullable=False,
               comment=None,
               existing_comment='none: given at an authority')
    op.drop_constraint(op.f('fk_positions_authority_id'), 'positions', type_='foreignkey')
    op.drop_index(op.f('ix_positions_authority_id'), table_name='positions')
    op.alter_column('positions', 'school_id',
               existing_type=sa.UUID(),
               nullable=False)
    op.drop_column('positions', 'authority_id')
    op.drop_index(op.f('ix_pupil_cases_school_id'), table_name='pupil_cases')
    op.drop_column('term_records', 'in_summer')
    op.drop_table('drifts')
    op.drop_table('phase_forecasts')
    op.drop_table('pupil_cases')
    op.drop_table('progress_days')
    op.drop_table('policy_versions')
    op.drop_index('uq_phase_events_alarm', table_name='phase_events', postgresql_where=sa.text("kind IN ('reminder', 'overdue', 'escalation')"))
    op.drop_table('phase_events')
    op.drop_index('ix_deadline_decisions_campaign', table_name='deadline_decisions')
    op.drop_table('deadline_decisions')
    op.drop_index(op.f('ix_class_progress_school_id'), table_name='class_progress')
    op.drop_index('ix_class_progress_campaign', table_name='class_progress')
    op.drop_table('class_progress')
    op.drop_index(op.f('ix_campaign_schools_school_id'), table_name='campaign_schools')
    op.drop_table('campaign_schools')
    op.drop_table('campaign_phases')
    op.drop_table('campaigns')
    op.drop_table('policies')
    op.drop_table('holidays')
    op.execute('DROP SEQUENCE deadline_versions')
