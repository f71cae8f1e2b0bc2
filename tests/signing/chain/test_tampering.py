"""Whatever is changed in the file of a chain is found offline."""

from dataclasses import replace

import pytest

from domain.documents import SchoolingLine
from domain.stored_zip import stored_zip
from signing.chain.errors import ChainInvalid
from signing.chain.file import CHAIN, CHECKPOINT, CHECKPOINT_EVIDENCE, README, STATEMENT, unpack_chain
from signing.chain.history import Trust, statement_findings
from signing.chain.verdicts import ChainCheck, ChainVerification
from signing.verification.verdicts import Verdict
from tests.signing.chain.tampering import (
    Way,
    as_it_is,
    chain_of,
    changes,
    members,
    signed_anew,
    verdict,
    woven_anew,
)  # fmt: skip
from tests.signing.chain.world import (
    ISSUED,
    LINES,
    LOG_KEY,
    RECALLED,
    STORY,
    SUPERSEDED,
    A,
    B,
    Books,
    Told,
)  # fmt: skip
from tests.signing.log.samples import signer

FIRST, AGAIN, SECOND, THIRD = STORY


def at_a(arrived_on: str) -> SchoolingLine:
    return SchoolingLine("2025-2026", "3A", A.name, A.province, arrived_on)


def at_b(arrived_on: str) -> SchoolingLine:
    return SchoolingLine("2025-2026", "3C", B.name, B.province, arrived_on)


def faults(found: ChainVerification) -> set[ChainCheck]:
    return {each.check for each in found.failures()}


def test_every_field_is_held_against_what_is_signed_and_proven(books: Books, handed: bytes) -> None:
    """Even against the log's keeper, who can weave and sign anew whatever he likes."""
    held, missed, tried = members(handed), [], 0
    for name, chain in changes(chain_of(handed)):
        tampered = signed_anew(held, chain)
        if tampered[CHAIN] != held[CHAIN]:
            tried += 1
            missed += [name] if verdict(books, tampered) is Verdict.VALID else []
    assert tried > 700
    assert missed == []


@pytest.mark.parametrize("way", [as_it_is, woven_anew])
def test_without_the_logs_key_no_change_goes_unseen(handed: bytes, way: Way) -> None:
    held, missed = members(handed), []
    for name, chain in changes(chain_of(handed)):
        tampered = way(held, chain)
        if tampered[CHAIN] != held[CHAIN] and not is_seen(tampered):
            missed.append(name)
    assert missed == []


def is_seen(held: dict[str, bytes]) -> bool:
    """Whether the file is refused, or its statement is not over it."""
    try:
        return not statement_findings(unpack_chain(stored_zip(held)), LOG_KEY)[0].holds
    except ChainInvalid:
        return True


def test_every_member_is_held_against_something(books: Books, handed: bytes) -> None:
    held = members(handed)
    for name, content in held.items():
        for at in {0, len(content) // 2, len(content) - 1}:
            other = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            assert name == README or verdict(books, held | {name: other}) is not Verdict.VALID, (name, at)
        without = {each: data for each, data in held.items() if each != name}
        # Validation data that is needed is needed; that of a list nobody asks for is not.
        assert name.startswith("validation/") or verdict(books, without) is not Verdict.VALID, name


@pytest.mark.parametrize(
    ("without", "outcome", "check"),
    [
        (FIRST, Verdict.INVALID, ChainCheck.VERSIONS),
        (AGAIN, Verdict.INDETERMINATE, ChainCheck.RECORDED),
        (SECOND, Verdict.INDETERMINATE, ChainCheck.HAS_RECORD),
    ],
)
def test_a_removed_link_is_found_though_the_keeper_wrote_the_file_so(
    books: Books, without: Told, outcome: Verdict, check: ChainCheck
) -> None:
    found = books.verify(books.log_of(STORY).file([each for each in STORY if each is not without]))
    assert found.verdict is outcome
    assert check in faults(found)


def test_a_removed_year_cannot_be_passed_over_in_silence(books: Books) -> None:
    held = members(books.log_of(STORY).file([FIRST, AGAIN, THIRD]))
    chain = chain_of(stored_zip(held))
    chain["links"] = [each for each in chain["links"] if each["link"]["kind"] != "no_record"]
    found = books.verify(stored_zip(signed_anew(held, chain)))
    assert {ChainCheck.YEARS_PRESENT, ChainCheck.BETWEEN} <= faults(found)
    assert found.verdict is Verdict.INVALID


def test_the_last_year_left_out_is_found_by_the_logs_key(books: Books, handed: bytes) -> None:
    held = members(books.log_of(STORY).file(STORY[:3]))
    assert books.verify(stored_zip(held)).holds  # it is what an older file would have said, too
    statement = members(handed)[STATEMENT]
    assert faults(books.verify(stored_zip(held | {STATEMENT: statement}))) == {ChainCheck.STATEMENT}


def test_a_dropped_recall_leaves_two_records_in_force(books: Books, handed: bytes) -> None:
    held, chain = members(handed), chain_of(handed)
    link = chain["links"][0]["link"]
    gone = {each["position"] for each in link["events"][1:]}
    link["events"], link["state"] = link["events"][:1], "in_force"
    chain["log"]["entries"] = [each for each in chain["log"]["entries"] if each["position"] not in gone]
    found = faults(books.verify(stored_zip(signed_anew(held, chain))))
    assert found == {ChainCheck.VERSIONS, ChainCheck.ONE_IN_FORCE}


def test_a_state_that_hides_a_proven_recall_is_found(books: Books, handed: bytes) -> None:
    held, chain = members(handed), chain_of(handed)
    chain["links"][0]["link"]["state"] = "in_force"
    assert ChainCheck.STATE in faults(books.verify(stored_zip(signed_anew(held, chain))))


def test_an_older_checkpoint_proves_no_later_event(books: Books, handed: bytes) -> None:
    log = books.log_of(STORY)
    older = log.state(log.written(until=5))
    held = members(handed) | {CHECKPOINT: older.checkpoint, CHECKPOINT_EVIDENCE: older.evidence}
    assert ChainCheck.CHECKPOINT in faults(books.verify(stored_zip(held)))
    chain = chain_of(handed)
    chain["log"]["size"] -= 2
    found = faults(books.verify(stored_zip(signed_anew(held, chain))))
    assert ChainCheck.INCLUDED in found


def test_events_later_than_the_checkpoints_time_are_found(books: Books) -> None:
    late = Told(0, 1, {ISSUED: 31})
    assert ChainCheck.EVENTS in faults(books.verify(books.file([late])))


def test_a_log_of_ones_own_is_not_the_log(books: Books, handed: bytes) -> None:
    held = members(handed)
    other = signer(seed=9)
    found = books.verify(handed, Trust(books.world.roots, other.log_key))
    assert {ChainCheck.STATEMENT, ChainCheck.CHECKPOINT, ChainCheck.INCLUDED} <= faults(found)
    nobody = books.verify(stored_zip(held), Trust(books.world.roots))
    assert nobody.verdict is Verdict.INDETERMINATE
    assert faults(nobody) == {ChainCheck.STATEMENT, ChainCheck.CHECKPOINT}


def test_another_paper_does_not_stand_in_for_one(books: Books, handed: bytes) -> None:
    held = members(handed)
    names = [name for name in held if name.endswith(".pdf")]
    swapped = held | {names[0]: held[names[1]], names[1]: held[names[0]]}
    assert verdict(books, swapped) is None
    other = books.paper(Told(1, 1, {ISSUED: 4}))
    without = {name: data for name, data in held.items() if name[:71] != f"papers/{books.paper(SECOND).sha256}"}
    renamed = {f"papers/{other.sha256}.pdf": other.pdf, f"papers/{other.sha256}.ers": other.evidence}
    found = books.verify(in_order(without | renamed))
    assert {ChainCheck.MEMBERS, ChainCheck.PAPER} <= faults(found)
    chain = chain_of(handed)
    next(each for each in chain["links"] if each["link"]["school_year"] == "2024-2025")["link"]["sha256"] = other.sha256
    assert ChainCheck.EVENTS in faults(books.verify(in_order(signed_anew(without | renamed, chain))))


def in_order(held: dict[str, bytes]) -> bytes:
    """The zip with its papers sorted, as the writer has them."""
    papers = {name: held[name] for name in sorted(held) if name.startswith("papers/")}
    pairs = {f"{name[:71]}.{suffix}": papers[f"{name[:71]}.{suffix}"] for name in papers for suffix in ("pdf", "ers")}
    before = {name: data for name, data in held.items() if not name.startswith(("papers/", "validation/"))}
    after = {name: data for name, data in held.items() if name.startswith("validation/")}
    return stored_zip(before | pairs | after)


def test_another_pupils_record_is_found(books: Books, handed: bytes) -> None:
    """Genuine, issued and in the same log; a chain of two pupils is not even written."""
    foreign = Told(1, 1, {ISSUED: 4}, pupil=2)
    story = [FIRST, AGAIN, foreign, THIRD]
    log = books.log_of(story)
    with pytest.raises(ChainInvalid, match="đúng một học sinh"):
        log.file(story)
    ours, theirs = members(log.file([FIRST, AGAIN, THIRD])), members(log.file([foreign]))
    chain, other = chain_of(stored_zip(ours)), chain_of(stored_zip(theirs))
    [link] = [each for each in other["links"] if each["link"]["kind"] == "year_record"]
    chain["links"] = [*chain["links"][:2], link, *[e for e in chain["links"][2:] if e["link"]["kind"] != "no_record"]]
    entries = [*chain["log"]["entries"], *other["log"]["entries"]]
    chain["log"]["entries"] = sorted(entries, key=lambda each: each["position"])
    papers = {name: data for name, data in theirs.items() if name.startswith("papers/")}
    found = books.verify(in_order(signed_anew(ours | papers, chain)))
    assert faults(found) == {ChainCheck.SAME_PUPIL, ChainCheck.SAME_ID}


def test_a_forged_inclusion_is_found(books: Books, handed: bytes) -> None:
    """An entry that says what is wanted, with the proof of the one whose place it takes."""
    held, chain = members(handed), chain_of(handed)
    entry = chain["log"]["entries"][1]
    link = chain["links"][0]["link"]
    entry["leaf"] = entry["leaf"].replace('"recalled"', '"transferred"')
    link["events"][1]["event"] = "transferred"
    link["state"] = "superseded"
    assert ChainCheck.INCLUDED in faults(books.verify(stored_zip(signed_anew(held, chain))))


def test_two_records_in_force_are_found(books: Books) -> None:
    twice = (Told(0, 1, {ISSUED: 1}), Told(0, 2, {ISSUED: 3}))
    assert faults(books.verify(books.file(twice))) == {ChainCheck.VERSIONS, ChainCheck.ONE_IN_FORCE}


def test_a_version_issued_before_the_former_was_recalled_is_found(books: Books) -> None:
    early = (Told(0, 1, {ISSUED: 1, RECALLED: 5}), Told(0, 2, {ISSUED: 3}))
    assert faults(books.verify(books.file(early))) == {ChainCheck.VERSIONS}
    replaced = (Told(0, 1, {ISSUED: 1, SUPERSEDED: 3}), Told(0, 2, {ISSUED: 3}))
    assert books.verify(books.file(replaced)).holds


@pytest.mark.parametrize(
    ("schooling", "check", "outcome"),
    [
        ((*LINES[:2], at_b("2024-09-15")), ChainCheck.OVERLAP, 1),
        ((*LINES[:2], at_b("2025-09-15"), at_a("2025-10-01")), ChainCheck.OVERLAP, 1),
        ((*LINES[:2], at_a(""), at_b("")), ChainCheck.SETTLED, 0),
        ((LINES[0], LINES[2]), ChainCheck.YEARS_NAMED, 0),
    ],
)
def test_a_schooling_history_that_does_not_fit_is_found(
    books: Books, schooling: tuple[SchoolingLine, ...], check: ChainCheck, outcome: int
) -> None:
    story = (*STORY[:3], Told(2, 1, {ISSUED: 6}, schooling=schooling))
    found = books.verify(books.file(story))
    assert check in faults(found)
    assert found.verdict is (Verdict.INVALID if outcome else Verdict.INDETERMINATE)


def test_a_school_that_was_renamed_is_said_and_refutes_nothing(books: Books) -> None:
    renamed = (
        replace(LINES[0], school="Trường Tiểu học Tên Mới"),
        replace(LINES[1], school="Trường Tiểu học Tên Mới"),
        LINES[2],
    )
    found = books.verify(books.file((*STORY[:3], Told(2, 1, {ISSUED: 6}, schooling=renamed))))
    assert faults(found) == {ChainCheck.SAME_SCHOOL}
    assert found.verdict is Verdict.INDETERMINATE
