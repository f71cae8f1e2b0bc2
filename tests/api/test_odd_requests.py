"""Requests that no browser makes: names, passphrases, cookies, headers and forms of any bytes are borne by every door.

A fault of ours would be raised here, as the client gets the application's own exceptions.
"""

import json
from urllib.parse import quote_from_bytes

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from activities import passwords
from api.guard import COOKIE, CSRF_FIELD
from api.pages.entrance.door import DEVICE_COOKIE
from domain.errors import DomainError
from domain.passwords import check_new_password
from storage.tables import SigningOrder
from tests.api.conftest import As
from tests.api.protection import assert_protected
from tests.api.signing import CONFIRM
from tests.fuzz.damage import looked_at

FORM = "application/x-www-form-urlencoded"
# Any sign at all, halves of pairs included, and what programs trip over.
ANY = st.characters(exclude_categories=())
TEXT = st.text(ANY, max_size=40) | st.sampled_from(
    (
        "\0",
        "\ud800",
        "\udfff\ud800",
        "İ" * 300,
        "ﷺ" * 2000,
        "a\u0301" * 500,
        "\u202e",
        "9" * 5000,
        "%" * 99,
        "x" * 70_000,
    )
)
BYTES = TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=60)
HEADER = BYTES.map(
    lambda data: bytes(each for each in data if each not in b"\r\n\0")[:4000]
)  # no server lets others in
CODECS = st.sampled_from(
    (
        "unicode_escape",
        "raw_unicode_escape",
        "punycode",
        "idna",
        "utf-7",
        "utf-16",
        "undefined",
        "zip",
        "x",
        "",
        "\0",
        "rot13",
    )
)
NAMES = (
    "Cookie", "X-CSRF-Token", "Authorization", "Accept", "Accept-Language", "User-Agent", "Origin", "Sec-Fetch-Site",
    "HX-Request", "If-None-Match", "If-Modified-Since", "Range", "Content-Type", "Content-Length", "X-Forwarded-For",
    "X-Forwarded-Proto", "Forwarded", "Referer", "X-Forwarded-Host",
)  # fmt: skip


def sound(answer: Response) -> None:
    assert answer.status_code < 500
    assert_protected(answer)


def encoded(**fields: bytes) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields.items()).encode()


@looked_at(8)
@given(login=BYTES, password=BYTES, back=BYTES)
async def test_any_name_and_password_at_the_door(as_: As, login: bytes, password: bytes, back: bytes) -> None:
    body = encoded(login=login, password=password, back=back)
    sound(await as_("nobody").post("/dang-nhap", content=body, headers={"Content-Type": FORM, "Accept": "text/html"}))


@looked_at(25)
@given(
    name=BYTES, value=BYTES, codec=CODECS | TEXT.filter(str.isascii), path=st.sampled_from(("/dang-nhap", "/kiem-tra"))
)
async def test_any_form_in_parts(as_: As, name: bytes, value: bytes, codec: str, path: str) -> None:
    clean = "".join(each for each in codec if each not in "\r\n\0")[:100]
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (each, value)
        for each in (name, b"login", b"password", b"file")
    )
    headers = {"Content-Type": f"multipart/form-data; boundary=x; charset={clean}", "Accept": "text/html"}
    sound(await as_("nobody").post(path, content=parts + b"--x--\r\n", headers=headers))


@pytest.mark.parametrize("codec", ["unicode_escape", "punycode", "utf-16"])
async def test_fields_of_a_form_are_text_in_utf_8(as_: As, codec: str) -> None:
    """Other codecs give halves of signs that nothing can keep, or take minutes for a field."""
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\n\\ud800\r\n--x--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary=x; charset={codec}"}
    assert (await as_("nobody").post("/dang-nhap", content=body, headers=headers)).status_code == 422


@looked_at(60)
@given(
    name=st.sampled_from(NAMES),
    value=HEADER,
    path=st.sampled_from(("/viec-cua-toi", "/tai-khoan", "/static/css/tokens.css")),
)
async def test_any_header_of_a_page(desk: As, name: str, value: bytes, path: str) -> None:
    sound(await desk("principal").get(path, headers={name.encode(): value}))


@looked_at(60)
@given(name=st.sampled_from(NAMES), value=HEADER)
async def test_any_header_of_a_form(desk: As, name: str, value: bytes) -> None:
    client = desk("principal")
    headers = {b"Content-Type": FORM.encode()} | {name.encode(): value}
    sound(await client.post("/ngon-ngu", content=encoded(lang=value, back=value), headers=headers))
    sound(await client.post("/thong-bao/da-doc", content=encoded(**{CSRF_FIELD: value}), headers=headers))


@looked_at(25)
@given(session=HEADER, device=HEADER, once=HEADER)
async def test_any_cookies(as_: As, session: bytes, device: bytes, once: bytes) -> None:
    cookies = b"%b=%b; %b=%b; hocba_once=%b" % (COOKIE.encode(), session, DEVICE_COOKIE.encode(), device, once)
    for path in ("/viec-cua-toi", "/dang-nhap"):
        sound(await as_("nobody").get(path, headers={b"Cookie": cookies, b"Accept": b"text/html"}))


@pytest.mark.parametrize("given", [b"\xc3\xa9", b"\xff" * 64, b""], ids=["letter", "bytes", "nothing"])
async def test_a_proof_of_a_form_that_is_no_ascii_is_a_wrong_one(desk: As, given: bytes) -> None:
    answer = await desk("principal").post("/thong-bao/da-doc", headers={b"X-CSRF-Token": given})
    assert answer.status_code == 403


@looked_at(25)
@given(passphrase=TEXT)
async def test_any_passphrase_is_a_wrong_one(as_: As, order: SigningOrder, passphrase: str) -> None:
    body = json.dumps({"order_ids": [str(order.id)], "passphrase": passphrase})
    answer = await as_("principal").post(CONFIRM, content=body, headers={"Content-Type": "application/json"})
    sound(answer)
    assert answer.is_client_error
    assert passphrase not in answer.text or len(passphrase) < 10


@looked_at(60)
@given(password=st.text(max_size=40) | TEXT.filter(lambda text: text.isprintable()), name=TEXT)
def test_any_new_password_is_judged(password: str, name: str) -> None:
    try:
        check_new_password(password, [name])
    except DomainError:
        return
    assert len(password) >= 10


@looked_at(5)
@given(password=st.text(max_size=300))
def test_a_password_that_was_taken_opens(password: str) -> None:
    kept = passwords.hash_of(password)
    assert passwords.check(password, kept)[0] is (len(password) <= 200)
