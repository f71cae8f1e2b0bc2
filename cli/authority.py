"""`python -m cli.authority`: OCSP, CRLs and time stamps of the development authority, for the demo on this machine."""

import uvicorn

from config.settings import LOOPBACK, Settings
from signing.pki_services import app_from_folder


def main() -> None:
    settings = Settings()
    app = app_from_folder(settings.pki_dir, settings.pki_url)
    uvicorn.run(app, host=LOOPBACK, port=settings.pki_port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
