"""The application's services over the tests' database, with people and folders of the tests."""

from pathlib import Path

from activities.chains import ChainKeeper
from activities.confirming import Confirming
from activities.entrance import Entrance
from activities.own_device import OwnDevice
from activities.showing import Showing
from activities.submission.exchange import make_exchange
from activities.verifying import Verifying
from api.approvals import Approvals
from api.pages.templating import make_templates
from api.services import Services
from config.history_keys import HistoryKeys, KeySet
from config.payloads import EncryptingCodec
from interchange.record_stores import StoreAddress
from signing.log.store import LocalTiles
from signing.providers.pkcs12 import Pkcs12Provider
from signing.vault import Vault
from signing.verification.apart import ApartVerifier
from storage.database import Sessions
from storage.objects import Objects
from tests.api.fakes import FakeCampaigns, FakeHandovers, FakeTransfers
from tests.api.world import Keyring

APART = ApartVerifier()
TEMPLATES = make_templates()
VAULT = Vault(b"a key of the tests, 32 bytes long"[:32])
HISTORY_KEYS = HistoryKeys(KeySet.of_one())


def confirming(sessions: Sessions, keys: Keyring) -> Confirming:
    return Confirming(sessions, {"pkcs12": Pkcs12Provider(keys.store)})


def make_services(
    sessions: Sessions,
    approvals: Approvals,
    keys: Keyring,
    folder: Path,
    *,
    demo: bool = False,
) -> Services:
    confirms, objects = confirming(sessions, keys), Objects(folder)
    device = OwnDevice(sessions, objects, confirms, [keys.authority.root])
    verifying = Verifying(sessions, objects, [keys.authority.root], APART)
    showing, history = Showing(objects, "http://127.0.0.1:8000"), LocalTiles(folder / "history")
    entrance = Entrance.make(sessions, VAULT, "http://127.0.0.1")
    stores = {"city": StoreAddress("Kho học bạ số của thành phố", "http://127.0.0.1:9/store/v1")}
    exchange = make_exchange(sessions, objects, {"pkcs12": Pkcs12Provider(keys.store)}, [keys.authority.root], stores)
    return Services(
        sessions,
        approvals,
        confirms,
        device,
        objects,
        TEMPLATES,
        history,
        verifying,
        showing,
        entrance,
        exchange,
        FakeCampaigns(),
        FakeHandovers(),
        ChainKeeper(objects, history, folder / "history.key", "hocba.example/log"),
        FakeTransfers(sessions),
        EncryptingCodec(HISTORY_KEYS),
        "http://127.0.0.1:8233",
        demo=demo,
    )
