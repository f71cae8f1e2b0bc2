"""What travels to, from and through the workflows of campaigns: ids, codes, days and numbers only."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.cases import CaseState


@dataclass(frozen=True)
class SchoolRef:
    """A school in a campaign."""

    campaign_id: str
    school_id: str


@dataclass(frozen=True)
class PlanSchool:
    """To plan a school's phases anew; they are judged as of `at`."""

    school: SchoolRef
    at: datetime


@dataclass(frozen=True)
class SchoolPlan:
    """The school's alarms under the newest deadlines, and the number of the newest decision among them."""

    version: int
    alarms: tuple[PhaseAlarm, ...]


@dataclass(frozen=True)
class PhaseNote:
    """An alarm that fired at a school."""

    school: SchoolRef
    alarm: PhaseAlarm
    at: datetime


@dataclass(frozen=True)
class ConfirmReview:
    """The head of the school says that the data is whole."""

    school: SchoolRef
    actor_id: str
    at: datetime | None = None


@dataclass(frozen=True)
class NoteTraining:
    school: SchoolRef
    actor_id: str
    day: date


@dataclass(frozen=True)
class ReportCases:
    """Pupils without a personal id, by case; the reason's text is in the database."""

    school: SchoolRef
    actor_id: str
    reason_id: str
    enrolments: dict[str, str]  # case id -> enrolment id
    at: datetime | None = None


@dataclass(frozen=True)
class CaseDecision:
    """What the authority decides of a case; `until` is the last day of an exception.

    What the officer typed is in the database: the reason, the decision's number, which document stands for the id.
    """

    school: SchoolRef
    case_id: str
    state: CaseState
    actor_id: str
    reason_id: str
    decision_no_id: str = ""
    until: date | None = None
    document_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class CaseEnded:
    """The last day of an exception is over."""

    school: SchoolRef
    case_id: str
    at: datetime


@dataclass(frozen=True)
class CampaignRef:
    campaign_id: str


@dataclass(frozen=True)
class OpenBooks:
    """Open the books of these terms for every class of the campaign."""

    campaign_id: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """Tell every workflow that a decision concerns: one decision by its number, or (0) all deadlines anew."""

    campaign_id: str
    version: int


@dataclass(frozen=True)
class SpreadResult:
    """How many workflows were told, and how many were closed already."""

    schools: int
    classes: int
    closed: int


@dataclass(frozen=True)
class CampaignChange:
    """A new state, or (with `policy_id`) another policy; the reason's text is in the database."""

    campaign_id: str
    state: str = ""
    policy_id: str = ""
    policy_version: int = 0
    staff_id: str = ""
    reason_id: str = ""
    command_id: str = ""  # without it nothing is noted of who changed it
