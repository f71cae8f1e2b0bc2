"""Key providers as an installation's file names them."""

from pathlib import Path

import pytest

from domain.errors import Invalid
from signing.providers.configured import configured_providers
from signing.providers.pkcs11 import Pkcs11Provider
from signing.providers.pkcs12 import Pkcs12Provider
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.gateway import HashGateway
from tests.signing.providers.csc_gateway_server import NAMES

HSM = '[seal-hsm]\nkind = "pkcs11"\nmodule = "/usr/lib/softhsm/libsofthsm2.so"\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "providers.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_there_are_the_keys_of_the_key_store(tmp_path: Path) -> None:
    found = configured_providers(None, tmp_path)
    assert list(found) == ["pkcs12"]
    assert isinstance(found["pkcs12"], Pkcs12Provider)


def test_each_kind_is_made_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("bi mat\n")
    lines = "\n".join(f'{name} = "{value}"' for name, value in NAMES.items() if isinstance(value, str))
    tables = "\n".join(
        f"[smartca.{name}]\n" + "\n".join(f'"{key}" = "{word}"' for key, word in value.items())
        for name, value in NAMES.items() if isinstance(value, dict) and name != "account"
    )  # fmt: skip
    lists = "\n".join(
        f"{name} = {list(value)!r}" for name, value in NAMES.items() if isinstance(value, list | tuple)
    ).replace("'", '"')
    csc = f"""[remote]
kind = "csc"
base_url = "https://signing.example"
client_id = "hocba"
client_secret = {{ file = "{tmp_path / "secret"}" }}
"""
    smartca = f"""[smartca]
kind = "gateway"
base_url = "https://gateway.example"
{lines}
{lists}
{tables}
[smartca.account]
sp_id = {{ file = "{tmp_path / "secret"}" }}
"""
    found = configured_providers(written(tmp_path, HSM + csc + smartca), tmp_path)
    kinds = {name: type(provider) for name, provider in found.items()}
    assert kinds == {
        "pkcs12": Pkcs12Provider, "seal-hsm": Pkcs11Provider, "remote": CscProvider, "smartca": HashGateway,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not toml", "Không đọc được"),
        ('[document]\nkind = "pkcs11"\n', "không dùng được"),
        ('module = "x"\n', "không dùng được"),
        ("[hsm]\n", "Không biết loại"),
        ('[hsm]\nkind = "pkcs11"\n', "thiếu tệp hoặc giá trị"),
        ('[remote]\nkind = "csc"\nbase_url = "http://plain.example"\nclient_id = "hocba"\n', "base_url, client_secret"),
        (
            '[remote]\nkind = "csc"\nclient_secret = { file = "/nowhere" }\n',
            "thiếu tệp hoặc giá trị",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        configured_providers(written(tmp_path, text), tmp_path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Không đọc được"):
        configured_providers(tmp_path / "absent.toml", tmp_path)


def test_a_refusal_repeats_no_value(tmp_path: Path) -> None:
    text = '[remote]\nkind = "csc"\nbase_url = "https://a.example"\nclient_id = 7\nclient_secret = ["mat khau"]\n'
    with pytest.raises(Invalid) as refused:
        configured_providers(written(tmp_path, text), tmp_path)
    assert "mat khau" not in repr(refused.value) + repr(refused.value.__cause__)
