"""`python -m worker --queue NAME[,NAME…]` serves these task queues; without it, workflows and the steps of matters."""

import argparse
import asyncio

from config.process import importing

with importing():
    from config.settings import Settings
    from config.watching import watch
    from worker.serving import QUEUES, serve

DEFAULT = ("main", "matter")


def named(listed: str) -> tuple[str, ...]:
    """The queues of an argument, in their own order. Raises ValueError."""
    wanted = set(listed.split(","))
    if not wanted <= QUEUES.keys():
        raise ValueError(listed)
    return tuple(name for name in QUEUES if name in wanted)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m worker", description=__doc__)
    parser.add_argument("--queue", type=named, default=DEFAULT, help=f"of {', '.join(QUEUES)}, between commas")
    settings, queues = Settings(), parser.parse_args().queue
    watch(settings, "worker" if queues == DEFAULT else "-".join(queues))
    asyncio.run(serve(settings, queues))


if __name__ == "__main__":  # spawned processes import this module again
    main()
