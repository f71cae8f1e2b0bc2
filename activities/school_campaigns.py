"""What a school's campaign does to the database: plan, alarms, review, cases; every one may run twice."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio import activity

from activities.refusals import refusals_are_final
from domain.calendar import day_of
from domain.campaigns.alarms import alarms_of
from domain.campaigns.messages import (
    CaseDecision,
    CaseEnded,
    ConfirmReview,
    NoteTraining,
    PhaseNote,
    PlanSchool,
    ReportCases,
    SchoolPlan,
    SchoolRef,
)
from domain.errors import Incomplete, Invalid
from storage.campaigns import cases, dues, gaps, phases, policies
from storage.campaigns.cases import Report, Ruling
from storage.database import Sessions
from storage.tables import Campaign, CampaignSchool, Reason


class SchoolCampaignActivities:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    def plan_school(self, command: PlanSchool) -> SchoolPlan:
        """Write the school's deadlines as they hold now, and say when something is to happen."""
        with refusals_are_final(), self._sessions.begin() as session:
            campaign_id, school_id = _ids(command.school)
            campaign = session.get_one(Campaign, campaign_id)
            found = dues.of_schools(session, campaign, [school_id])
            held = found[0].dues if found else ()
            phases.keep_dues(session, campaign_id, school_id, held)
            phases.settle_school(session, campaign, school_id, command.at)
            alarms = alarms_of(dues.phases_of(session, campaign), held, policies.workdays(session))
        return SchoolPlan(max((due.version for due in held), default=0), alarms)

    @activity.defn
    def note_phase(self, note: PhaseNote) -> None:
        with refusals_are_final(), self._sessions.begin() as session:
            phases.note_alarm(session, *_ids(note.school), note.alarm, note.at)

    @activity.defn
    def confirm_review(self, command: ConfirmReview) -> None:
        """Keep that the head has confirmed; refused while something is not whole and nobody has settled it."""
        at = command.at or datetime.now(UTC)
        with refusals_are_final(), self._sessions.begin() as session:
            campaign_id, school_id = _ids(command.school)
            campaign = session.get_one(Campaign, campaign_id)
            member = session.get_one(CampaignSchool, (campaign_id, school_id), with_for_update=True)
            if member.confirmed_at is not None:
                return
            until = next((each.last_signing for each in dues.of_schools(session, campaign, [school_id])), None)
            found = gaps.review(session, campaign, school_id, until, at)
            gaps.keep(session, campaign_id, school_id, found, at)
            if found.open:
                kinds = dict.fromkeys(gap.kind for gap in found.open)
                raise Incomplete(_NOT_WHOLE % (len(found.open), "; ".join(kind.small for kind in kinds)))
            member.confirmed_at, member.confirmed_by = at, UUID(command.actor_id)
            session.flush()
            phases.settle_school(session, campaign, school_id, at)

    @activity.defn
    def note_training(self, command: NoteTraining) -> None:
        with refusals_are_final(), self._sessions.begin() as session:
            campaign_id, school_id = _ids(command.school)
            now = datetime.now(UTC)
            if command.day > day_of(now):
                raise Invalid("Ngày tập huấn không thể ở sau hôm nay.")
            member = session.get_one(CampaignSchool, (campaign_id, school_id), with_for_update=True)
            member.trained_on, member.trained_by = command.day, UUID(command.actor_id)
            session.flush()
            phases.settle_school(session, session.get_one(Campaign, campaign_id), school_id, now)

    @activity.defn
    def report_cases(self, command: ReportCases) -> None:
        with refusals_are_final(), self._sessions.begin() as session:
            campaign_id, school_id = _ids(command.school)
            enrolments = {UUID(case): UUID(enrolment) for case, enrolment in command.enrolments.items()}
            report = Report(campaign_id, school_id, enrolments, UUID(command.reason_id), UUID(command.actor_id))
            cases.report(session, report, command.at or datetime.now(UTC))

    @activity.defn
    def decide_case(self, command: CaseDecision) -> None:
        with refusals_are_final(), self._sessions.begin() as session:
            number, document = (_words(session, each) for each in (command.decision_no_id, command.document_id))
            ruling = Ruling(
                UUID(command.case_id), command.state, UUID(command.actor_id), UUID(command.reason_id),
                number, command.until, document,
            )  # fmt: skip
            at = command.at or datetime.now(UTC)
            cases.decide(session, ruling, at)
            campaign_id, school_id = _ids(command.school)
            phases.settle_school(session, session.get_one(Campaign, campaign_id), school_id, at)

    @activity.defn
    def end_exception(self, ended: CaseEnded) -> bool:
        with refusals_are_final(), self._sessions.begin() as session:
            if not cases.end_exception(session, UUID(ended.case_id), ended.at):
                return False
            campaign_id, school_id = _ids(ended.school)
            phases.settle_school(session, session.get_one(Campaign, campaign_id), school_id, ended.at)
            return True


_NOT_WHOLE = "Còn %s điểm chưa xong nên chưa xác nhận được: %s."


def _words(session: Session, reason_id: str) -> str:
    """What somebody typed; the id alone travels."""
    return session.get_one(Reason, UUID(reason_id)).text if reason_id else ""


def _ids(school: SchoolRef) -> tuple[UUID, UUID]:
    return UUID(school.campaign_id), UUID(school.school_id)
