"""Verifies the file of a chain offline: every paper, every event, every link, and all of them together.

It needs the file, trusted roots and the log's key. A file says how things stood when its checkpoint was stamped; what
happened since only the log itself can say.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from domain.chains import (
    GapLink,
    Link,
    LinkKind,
    LinkState,
    LoggedLink,
    PaperLink,
    TermLink,
    is_of_first_term,
    is_told_in_order,
    newest_record,
    papers_of,
    records_of,
    replacement,
    state_of,
)
from domain.errors import DomainError
from signing.chain.errors import ChainInvalid
from signing.chain.facts import PaperFacts, read_facts
from signing.chain.file import ChainFile, Paper, unpack_chain
from signing.chain.history import LogView, Trust, event_findings, see_log, tags_of
from signing.chain.verdicts import ChainCheck, ChainFinding, ChainVerification, LinkReport, looked_at, only_if
from signing.chain.whole import Facts, whole_findings
from signing.dss import ValidationMaterial
from signing.verification.verdicts import Verdict, Verification

# The verdict on a paper and its attached record; raises a DomainError for what is no PDF at all.
PaperReader = Callable[[Paper, ValidationMaterial, datetime], tuple[Verification, bytes]]
_SAID = ("school_year", "record_uid", "version", "class_name", "school_code", "school_name", "lookup_code")


def verify_chain(
    data: bytes, trust: Trust, read_paper: PaperReader, moment: datetime | None = None
) -> ChainVerification:
    """The verdict on a file. Raises ChainInvalid for bytes that are no file of a chain."""
    file, at = unpack_chain(data), moment or datetime.now(UTC)
    papers = {each.sha256: _read(each, file, read_paper, at) for each in file.papers}
    facts = {sha256: found for sha256, (_, found) in papers.items() if found is not None}
    view = see_log(file, trust, at)
    looking = _Looking(file, facts, {name: found for name, (found, _) in papers.items()}, view)
    return ChainVerification(
        moment=at,
        as_of=view.stamped_at,
        pupil=file.chain.pupil,
        findings=(*view.findings, *whole_findings(file, facts)),
        links=tuple(map(looking.report, file.chain.found)),
    )


def _read(
    paper: Paper, file: ChainFile, read_paper: PaperReader, at: datetime
) -> tuple[Verification | None, PaperFacts | None]:
    """What a paper is worth and says; nothing of one that cannot be read."""
    try:
        verification, record = read_paper(paper, file.material, at)
    except DomainError:
        return None, None
    try:
        return verification, read_facts(record)
    except ChainInvalid:
        return verification, None


class _Looking:
    """Looks at one link after another, with all that the file holds."""

    def __init__(
        self, file: ChainFile, facts: Facts, verifications: dict[str, Verification | None], view: LogView
    ) -> None:
        self._file, self._facts, self._verifications, self._view = file, facts, verifications, view
        self._records = records_of(file.chain.found)
        newest = newest_record(self._records)
        self._newest = facts.get(newest.sha256) if newest else None
        self._ids = {"", *self._ids_of_pages(), *([self._newest.personal_id] if self._newest else [])}
        self._tags = {each.sha256: tags_of(each, file) for each in self._records}

    def report(self, link: Link) -> LinkReport:
        if isinstance(link, PaperLink):
            verification = self._verifications.get(link.sha256)
            return LinkReport(link, tuple(self._paper(link, verification)), verification)
        if isinstance(link, TermLink):
            return LinkReport(link, tuple(self._term(link)))
        # Nobody signs that there is no record: a link may have been taken away and this put in its place.
        outcome = Verdict.INDETERMINATE if isinstance(link, GapLink) else Verdict.VALID
        return LinkReport(link, (ChainFinding(ChainCheck.HAS_RECORD, outcome, link.school_year),))

    def _paper(self, link: PaperLink, verification: Verification | None) -> list[ChainFinding]:
        outcome = verification.verdict if verification else Verdict.INVALID
        return [
            ChainFinding(ChainCheck.PAPER, outcome),
            *self._said(link, self._facts.get(link.sha256)),
            *event_findings(link, self._file, self._view),
            *self._standing(link),
        ]

    def _ids_of_pages(self) -> list[str]:
        """An id that an identity page bears was corrected, and is no other pupil's."""
        kept = [self._facts.get(each.sha256) for each in papers_of(self._file.chain.found)]
        return [each.personal_id for each in kept if each and each.kind == LinkKind.IDENTITY_PAGE]

    def _term(self, link: TermLink) -> list[ChainFinding]:
        is_said = link.state is not LinkState.NOT_LOGGED and self._is_said(link)
        return [
            *event_findings(link, self._file, self._view),
            *only_if(ChainCheck.STATE, is_said),
            *only_if(ChainCheck.IN_ITS_YEAR, is_of_first_term(link), link.school_year),
        ]

    def _said(self, link: PaperLink, facts: PaperFacts | None) -> list[ChainFinding]:
        if facts is None:
            return only_if(ChainCheck.SAME_RECORD, holds=False)
        differing = (name for name in _SAID if getattr(link, name) != getattr(facts, name))
        kind = () if facts.kind == link.kind.value else ("kind",)
        is_other_id = self._newest and self._newest.personal_id and facts.personal_id not in self._ids
        return [
            *looked_at(ChainCheck.SAME_RECORD, (*kind, *differing)),
            *only_if(ChainCheck.SAME_PUPIL, facts.pupil_code == self._file.chain.pupil),
            *looked_at(ChainCheck.SAME_ID, ("",) if is_other_id else (), Verdict.INDETERMINATE),
            *looked_at(ChainCheck.SAME_SCHOOL, self._other_school(link), Verdict.INDETERMINATE),
        ]

    def _other_school(self, link: PaperLink) -> list[str]:
        """The year, if the newest record names another school for it: one may have been renamed, or is not the same."""
        lines = self._newest.schooling if self._newest and link.kind is LinkKind.YEAR_RECORD else ()
        named = [line.school for line in lines if line.school_year == link.school_year]
        return [link.school_year] if named and named[-1] != link.school_name else []

    def _standing(self, link: PaperLink) -> list[ChainFinding]:
        is_due = link.kind is LinkKind.PAPER_EXTRACT or link.state is not LinkState.NOT_LOGGED
        return [
            *only_if(ChainCheck.STATE, is_due and self._is_said(link) and self._is_named_once(link)),
            *only_if(ChainCheck.REPLACED, link.replaced_by == replacement(link, papers_of(self._file.chain.found))),
        ]

    def _is_said(self, link: LoggedLink) -> bool:
        """Whether the state follows from the events."""
        return link.state is state_of(each.event for each in link.events) and is_told_in_order(link.events)

    def _is_named_once(self, link: PaperLink) -> bool:
        """Whether the log calls all versions of this record by one name, and no other record by it."""
        if link.kind is not LinkKind.YEAR_RECORD:
            return True
        own = {tag for each in self._records if each.record_uid == link.record_uid for tag in self._tags[each.sha256]}
        others = {
            tag for each in self._records if each.record_uid != link.record_uid for tag in self._tags[each.sha256]
        }
        return len(own) == 1 and not own & others
