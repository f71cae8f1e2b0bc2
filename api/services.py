"""What the routes use, made once in `create_app` and reached through the application's state."""

from dataclasses import dataclass, field

from fastapi.templating import Jinja2Templates

from activities.chains import ChainKeeper
from activities.confirming import Confirming
from activities.entrance import Entrance
from activities.own_device import OwnDevice
from activities.showing import Showing
from activities.submission.exchange import Exchange
from activities.verifying import Verifying
from api.approvals import Approvals
from api.campaigns import Campaigns
from api.handovers import Handovers
from api.lately import Lately
from api.remembered import Remembered
from api.transfers import Transfers
from api.turns import Turns
from config.payloads import EncryptingCodec
from interchange.national.codes import CodeLists, load_codes
from signing.log.store import TileStore
from storage.database import Sessions
from storage.objects import Objects


@dataclass(frozen=True)
class Services:
    sessions: Sessions
    approvals: Approvals
    confirming: Confirming
    own_device: OwnDevice
    objects: Objects
    templates: Jinja2Templates
    history: TileStore
    verifying: Verifying
    showing: Showing
    entrance: Entrance
    exchange: Exchange
    campaigns: Campaigns
    handovers: Handovers
    chains: ChainKeeper
    transfers: Transfers
    codec: EncryptingCodec
    temporal_ui_origin: str
    codes: CodeLists = field(default_factory=load_codes)  # of the national record
    remembered: Remembered = field(default_factory=Remembered)
    turns: Turns = field(default_factory=Turns)
    lately: Lately = field(default_factory=Lately)
    has_time_stamps: bool = True
    demo: bool = False
