"""`hocba export-xml`: sealed year records as XML, signed XAdES-B-B by the school, for systems that ask for it."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import NAMESPACE_OID, uuid5

import typer
from pydantic import SecretStr

from cli.trouble import Trouble
from config.settings import Settings
from interchange.xml_record import SealedPdf, record_xml, year_record_content
from signing.archival import ArchivalReader
from signing.attached_record import read_record
from signing.providers.base import KeyProvider, SignatureRequest, Signed, SigningIdentity
from signing.providers.configured import configured_providers
from signing.xades import PreparedXml, embed_xml, prepare_xml


def export_xml_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sealed year records (PDF).")],
    *,
    key: Annotated[str, typer.Option(help="The school's key, as its provider calls it.")],
    provider: Annotated[
        str, typer.Option(help="Where the key is: pkcs12, or a name of HOCBA_KEY_PROVIDERS.")
    ] = "pkcs12",
    out: Annotated[Path, typer.Option(help="Folder for the XML files.")] = Path("xml"),
) -> None:
    """Write each record as XML with the school's signature; one passphrase or PIN signs them all."""
    settings = Settings()
    providers = configured_providers(settings.key_providers, settings.key_store)
    if provider not in providers:
        raise Trouble(f"No key provider is called {provider}: see HOCBA_KEY_PROVIDERS.")
    identity = providers[provider].identity(key)
    prepared = [_prepared(file, identity) for file in files]
    secret = SecretStr(typer.prompt("Passphrase or PIN", hide_input=True))
    out.mkdir(parents=True, exist_ok=True)
    for file, xml in zip(files, _signed(providers[provider], key, identity, prepared, secret), strict=True):
        target = out / f"{file.stem}.xml"
        target.write_bytes(xml)
        typer.echo(str(target))


def _prepared(file: Path, identity: SigningIdentity) -> PreparedXml:
    pdf = file.read_bytes()
    record = read_record(ArchivalReader(pdf))
    if record is None:
        raise Trouble(f"{file} carries no record of ours.")
    content = year_record_content(record.data)
    sealed = SealedPdf(hashlib.sha256(pdf).hexdigest(), len(pdf), content.lookup_code)
    return prepare_xml(record_xml(content, sealed), identity.certificates, identity.mechanism, datetime.now(UTC))


def _signed(
    provider: KeyProvider, key: str, identity: SigningIdentity, prepared: list[PreparedXml], secret: SecretStr
) -> list[bytes]:
    to_be_signed = dict(enumerate(each.to_be_signed for each in prepared))
    name = uuid5(NAMESPACE_OID, hashlib.sha256(b"".join(to_be_signed.values())).hexdigest())
    summary = f"Ký {len(prepared)} tệp XML học bạ số"
    answer = provider.begin(SignatureRequest(name, key, identity, to_be_signed, summary), secret)
    if not isinstance(answer, Signed) or answer.failed:
        raise Trouble("The key did not sign every file; nothing was written.")
    return [embed_xml(each, identity.certificates, answer.raw[at]) for at, each in enumerate(prepared)]
