"""`hocba export-record`: the national records attached to sealed documents, as packets for a receiving system."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import NAMESPACE_OID, uuid5

import typer
from cryptography import x509
from pydantic import SecretStr

from activities.sealed_records import read_sealed
from cli.trouble import Trouble
from config.settings import Settings
from domain.errors import DomainError, Invalid
from interchange.national.checking import check
from interchange.national.codes import load_codes
from interchange.national.dispatch import Share, dispatched, share_out
from interchange.national.json_form import write_json
from interchange.national.packet import MAX_BYTES, Event, Packet
from interchange.national.records import NationalRecord
from interchange.national.xml_form import packet_xml, write_xml
from signing import archival, xades_verifier
from signing.authority import write_private
from signing.providers.base import KeyProvider, SignatureRequest, Signed
from signing.providers.configured import configured_providers
from signing.trust_store import trusted_roots
from signing.xades import PreparedXml, embed_xml, prepare_xml
from signing.xades_verifier import PacketSigner, verify_xml

_SHOWN = 100
_SIGNATURE_BYTES = 32 << 10  # a signature with its certificates, at most


class Form(StrEnum):
    XML = "xml"
    JSON = "json"


_WRITERS = {Form.XML: write_xml, Form.JSON: write_json}
_LIMITS = {Form.XML: xades_verifier.MAX_BYTES - _SIGNATURE_BYTES, Form.JSON: MAX_BYTES}


def export_record_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sealed year records (PDF).")],
    *,
    event: Annotated[Event, typer.Option(help="What happened to the records.")],
    form: Annotated[Form, typer.Option(help="How packets are written.")] = Form.XML,
    out: Annotated[Path, typer.Option(help="Folder for the packets.")] = Path("packets"),
    sign: Annotated[str, typer.Option(metavar="KEY", help="Sign with this key, as its provider calls it.")] = "",
    provider: Annotated[
        str, typer.Option(help="Where the key is: pkcs12, or a name of HOCBA_KEY_PROVIDERS.")
    ] = "pkcs12",
) -> None:
    """Write the records in packets, one for each school and year, or class by class; they hold personal data."""
    settings = Settings()
    if sign and form is not Form.XML:
        raise Trouble("Only XML can be signed.")
    keys = _provider(settings, provider) if sign else None
    roots, write = trusted_roots(settings.trust_file), _WRITERS[form]
    if not roots:
        raise Trouble(f"The trusted root certificates cannot be read: {settings.trust_file}.")
    shares = share_out(_records(files, roots, event), lambda record: len(write(_alone(record))), _LIMITS[form])
    _tell_unconfirmed(settings)
    if keys is None:
        _put(out, form, {share.name: write(share.packet) for share in shares})
        return
    signed = _signed(shares, keys, sign)
    _refuse_unfit(signed, roots, PacketSigner(settings.packet_signer))
    _put(out, form, signed)


def _records(files: Sequence[Path], roots: Sequence[x509.Certificate], event: Event) -> list[NationalRecord]:
    """The records of the files as they are sent; raises Trouble after naming every problem by its file."""
    records: dict[str, NationalRecord] = {}
    problems = []
    for row, file in enumerate(files, start=1):
        try:
            sealed = read_sealed(_bytes_of(file), roots)
        except DomainError as error:
            problems.append(f"{file}: {error.message}")
            continue
        record = dispatched(sealed.record, sealed.version, event, sealed.sealed_at)
        problems += [f"{file}: {refusal.message}" for refusal in check(record, row)]
        if records.setdefault(str(record.fields.get("idbanghi")), record) is not record:
            problems.append(f"{file}: Học bạ này có trong một tệp khác ở trên.")
    for problem in problems[:_SHOWN]:
        typer.echo(problem, err=True)
    if problems:
        more = f" ... and {len(problems) - _SHOWN} more." if len(problems) > _SHOWN else ""
        raise Trouble(f"Nothing was written: the records must be put right first.{more}")
    return list(records.values())


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(archival.MAX_BYTES + 1)
    except OSError as error:
        raise Invalid("Không mở được tệp.") from error


def _tell_unconfirmed(settings: Settings) -> None:
    """Codes of ours may not be those of the receiver: docs/national-record.md."""
    lists = load_codes(settings.national_codes).unconfirmed
    if lists:
        names = ", ".join(each.label for each in lists)
        typer.echo(f"Codes not confirmed against the Ministry's lists (HOCBA_NATIONAL_CODES): {names}.", err=True)


def _alone(record: NationalRecord) -> Packet:
    return Packet(str(record.fields["matruong"]), (record,))


def _provider(settings: Settings, name: str) -> KeyProvider:
    providers = configured_providers(settings.key_providers, settings.key_store)
    if name not in providers:
        raise Trouble(f"No key provider is called {name}: see HOCBA_KEY_PROVIDERS.")
    return providers[name]


def _signed(shares: Sequence[Share], provider: KeyProvider, key: str) -> dict[str, bytes]:
    """Every packet under one passphrase or PIN."""
    identity, now = provider.identity(key), datetime.now(UTC)
    prepared: dict[int, PreparedXml] = {
        at: prepare_xml(packet_xml(share.packet), identity.certificates, identity.mechanism, now)
        for at, share in enumerate(shares)
    }
    secret = SecretStr(typer.prompt("Passphrase or PIN", hide_input=True))
    to_be_signed = {at: each.to_be_signed for at, each in prepared.items()}
    order = uuid5(NAMESPACE_OID, hashlib.sha256(b"".join(to_be_signed.values())).hexdigest())
    summary = f"Ký {len(shares)} gói tin học bạ số"
    answer = provider.begin(SignatureRequest(order, key, identity, to_be_signed, summary), secret)
    if not isinstance(answer, Signed) or answer.failed:
        raise Trouble("The key did not sign every packet; nothing was written.")
    return {
        share.name: embed_xml(prepared[at], identity.certificates, answer.raw[at]) for at, share in enumerate(shares)
    }


def _refuse_unfit(signed: Mapping[str, bytes], roots: Sequence[x509.Certificate], signer: PacketSigner) -> None:
    """Nothing goes out that its receiver would not accept."""
    for name, xml in signed.items():
        verdict = verify_xml(xml, roots, at=datetime.now(UTC), signer=signer)
        if not verdict.holds:
            raise Trouble(f"{name}: {verdict.reason} Nothing was written.")


def _put(out: Path, form: Form, packets: Mapping[str, bytes]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, data in packets.items():
        target = out / f"{name}.{form}"
        write_private(target, data)
        typer.echo(str(target))
