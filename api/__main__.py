"""`python -m api` serves the pages and the JSON interface."""

from config.process import importing

with importing():
    from api.running import main

if __name__ == "__main__":
    main()
