"""Every table of the database; importing this package fills `Base.metadata`."""

from storage.tables.base import Base
from storage.tables.books import (
    Assessment,
    ClassTermRow,
    Enrolment,
    PupilRow,
    PupilTerm,
    RecordSlot,
    ReviewItem,
    TermRecord,
)
from storage.tables.journal import AuditEntry, Command, DeadlineEvent, DemoToken, Notice, Reason
from storage.tables.organisation import (
    ClassGroup,
    ManagingAuthority,
    Position,
    School,
    SchoolAuthority,
    SchoolYearRow,
    Staff,
    TeachingAssignment,
    TermRow,
)
from storage.tables.papers import (
    CertificateRow,
    Document,
    DocumentRecord,
    OrderItem,
    SignatureRow,
    SigningLease,
    SigningOrder,
)

__all__ = [
    "Assessment",
    "AuditEntry",
    "Base",
    "CertificateRow",
    "ClassGroup",
    "ClassTermRow",
    "Command",
    "DeadlineEvent",
    "DemoToken",
    "Document",
    "DocumentRecord",
    "Enrolment",
    "ManagingAuthority",
    "Notice",
    "OrderItem",
    "Position",
    "PupilRow",
    "PupilTerm",
    "Reason",
    "RecordSlot",
    "ReviewItem",
    "School",
    "SchoolAuthority",
    "SchoolYearRow",
    "SignatureRow",
    "SigningLease",
    "SigningOrder",
    "Staff",
    "TeachingAssignment",
    "TermRecord",
    "TermRow",
]
