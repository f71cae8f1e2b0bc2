"""Signed notes: the examples of the specification and of other implementations, and everything that is refused."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.log.errors import NoteInvalid
from signing.log.notes import Note, SignatureKind, SignatureLine, VerifierKey, from_base64, to_base64
from signing.log.signers import NoteSigner
from tests.signing.log.samples import signer

# The example of c2sp.org/signed-note.
SPECIFIED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPECIFIED_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
    "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The example of golang.org/x/mod/sumdb/note: a seed, its verifier key and a note signed by two.
SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
ENOCHS_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
BOTH = Note(TEXT, (SignatureLine.parse(PETERS_LINE), SignatureLine.parse(ENOCHS_LINE)))
AT = datetime(2027, 6, 15, 3, 4, 5, tzinfo=UTC)


def test_the_note_of_the_specification_is_verified_and_written_alike() -> None:
    key, note = VerifierKey.parse(SPECIFIED_KEY), Note.parse(SPECIFIED_NOTE)
    assert key.find(note).name == "example.com/foo"
    assert note.text == "This is an example message.\n"
    assert (str(key), note.encode()) == (SPECIFIED_KEY, SPECIFIED_NOTE)


def test_a_published_seed_gives_the_published_signature() -> None:
    peter = NoteSigner("PeterNeumann", Ed25519PrivateKey.from_private_bytes(from_base64(SEED)[1:]))
    assert str(peter.log_key) == PETER
    assert str(peter.sign(TEXT)) == PETERS_LINE


def test_a_note_by_two_is_verified_for_each() -> None:
    note = Note.parse(f"{TEXT}\n{PETERS_LINE}\n{ENOCHS_LINE}\n".encode())
    assert note == BOTH
    assert [str(VerifierKey.parse(key).find(note)) for key in (PETER, ENOCH)] == [PETERS_LINE, ENOCHS_LINE]


def test_text_with_empty_lines_ends_at_the_last_one() -> None:
    text = "Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n"
    note = Note(text, (signer().sign(text),))
    assert Note.parse(note.encode()) == note


def test_a_note_without_the_key_s_signature_is_refused() -> None:
    with pytest.raises(NoteInvalid, match=r"không có chữ ký của example\.com/foo"):
        VerifierKey.parse(SPECIFIED_KEY).find(BOTH)


def test_a_key_with_the_same_name_is_another_key() -> None:
    with pytest.raises(NoteInvalid, match="không có chữ ký của PeterNeumann"):
        signer("PeterNeumann").log_key.find(BOTH)


@pytest.mark.parametrize("text", [TEXT + "more\n", TEXT[1:], TEXT.replace("you", "You")])
def test_changed_text_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid, match=r"Chữ ký của PeterNeumann .* không đúng"):
        VerifierKey.parse(PETER).find(Note(text, BOTH.signatures))


def test_one_wrong_signature_of_a_key_spoils_its_right_one() -> None:
    right = BOTH.signatures[0]
    wrong = SignatureLine(right.name, right.key_id, right.signature[:-1] + b"\0")
    for lines in ((right, wrong), (wrong, right)):
        with pytest.raises(NoteInvalid, match="không đúng"):
            VerifierKey.parse(PETER).find(Note(TEXT, lines))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 63, 65, 71, 73])
@pytest.mark.parametrize("kind", SignatureKind)
def test_a_signature_of_another_length_is_refused(kind: SignatureKind, size: int) -> None:
    key = VerifierKey("example.com/foo", kind, VerifierKey.parse(SPECIFIED_KEY).public)
    with pytest.raises(NoteInvalid, match="không đúng"):
        key.check("a\n", SignatureLine(key.name, key.key_id, b"\0" * size))


def test_a_right_signature_under_another_name_is_not_this_key_s() -> None:
    line = signer("a.example").sign("text\n")
    with pytest.raises(NoteInvalid, match=r"không phải do b\.example lập"):
        signer("b.example").log_key.check("text\n", line)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n" + PETERS_LINE.encode() + b"\n",
        f"{TEXT}{PETERS_LINE}\n".encode(),
        f"{TEXT}\n{PETERS_LINE}".encode(),
        f"{TEXT}\n{PETERS_LINE}\n{PETERS_LINE[2:]}\n".encode(),
        f"{TEXT}\n{PETERS_LINE} \n".encode(),
        f"{TEXT}\n— Peter Neumann AAAAAAAA\n".encode(),
        f"{TEXT}\n— Peter+Neumann AAAAAAAA\n".encode(),
        f"{TEXT}\n— Peter\u00a0Neumann AAAAAAAA\n".encode(),
        f"{TEXT}\n— Peter\0Neumann AAAAAAAA\n".encode(),
        f"{TEXT}\n— PeterNeumann AAAAAA==\n".encode(),
        f"{TEXT}\n— PeterNeumann AAAAAAB=\n".encode(),
        f"{TEXT}\n— PeterNeumann AAAAA\n".encode(),
        f"{TEXT}\n— PeterNeumann AAAA*AAA\n".encode(),
        f"{TEXT}\n— PeterNeumann AAAAđAAA\n".encode(),
        f"a\tb\n\n{PETERS_LINE}\n".encode(),
        f"a\r\n\n{PETERS_LINE}\n".encode(),
        b"\xff\n\n" + PETERS_LINE.encode() + b"\n",
        b"a" * (1 << 20) + f"\n\n{PETERS_LINE}\n".encode(),
    ],
)
def test_anything_else_is_no_note(data: bytes) -> None:
    with pytest.raises(NoteInvalid, match="Văn bản có chữ ký của nhật ký sai định dạng"):
        Note.parse(data)


def test_sixteen_signatures_are_read() -> None:
    text = "text\n"
    signers = [signer(f"office{seed}.example", seed) for seed in range(16)]
    note = Note.parse(Note(text, tuple(each.sign(text) for each in signers)).encode())
    assert [each.log_key.find(note).name for each in signers] == [each.name for each in signers]


def test_a_verifier_key_with_a_plus_in_its_base64_is_read() -> None:
    key = next(key for seed in range(256) if "+" in to_base64((key := signer(seed=seed).log_key).public))
    assert VerifierKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo",
        SPECIFIED_KEY.replace("530d903a", "530d903b"),
        SPECIFIED_KEY.replace("530d903a", "530D903A"),
        SPECIFIED_KEY.replace("foo", "bar"),
        SPECIFIED_KEY[:-1],
        SPECIFIED_KEY + "AAAA",
        SPECIFIED_KEY[:-1] + "đ",
        SPECIFIED_KEY.replace("foo", "fo\udcff"),
        SPECIFIED_KEY.replace("+Aeky", "+Aueky"),
        "example.com/foo+530d903a+" + to_base64(b"\2" + b"\0" * 32),
    ],
)
def test_a_verifier_key_that_is_not_whole_is_refused(vkey: str) -> None:
    with pytest.raises(NoteInvalid, match="Khoá kiểm tra của nhật ký sai định dạng"):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\0b"])
def test_a_key_name_has_no_space_and_no_plus(name: str) -> None:
    with pytest.raises(NoteInvalid, match="Tên khoá của nhật ký"):
        signer(name).sign("text\n")


def test_a_cosignature_is_of_its_own_kind_and_tells_its_time() -> None:
    office = signer("office.example")
    line = office.cosign("text\n", AT)
    office.cosigner_key.check("text\n", line)
    assert line.cosigned_at == AT
    assert str(office.cosigner_key).split("+")[2].startswith("B")
    assert not office.log_key.made(line)


def test_a_cosignature_with_another_time_is_refused() -> None:
    office = signer("office.example")
    line = office.cosign("text\n", AT)
    later = SignatureLine(line.name, line.key_id, line.signature[:7] + b"\0" + line.signature[8:])
    with pytest.raises(NoteInvalid, match="không đúng"):
        office.cosigner_key.check("text\n", later)


def test_a_cosignature_of_no_possible_time_is_refused() -> None:
    office = signer("office.example")
    seconds = 1 << 62
    signature = office.key.sign(f"cosignature/v1\ntime {seconds}\ntext\n".encode())
    line = SignatureLine(office.name, office.cosigner_key.key_id, seconds.to_bytes(8) + signature)
    with pytest.raises(NoteInvalid, match=r"không phải do office\.example lập"):
        office.cosigner_key.check("text\n", line)
