"""Worker versioning: every worker says of which build it is, and Temporal gives work to the build that is current.

Off unless HOCBA_WORKER_BUILD is set. Then nothing runs until a build is the current one: `hocba workers use BUILD`.
"""

from collections.abc import Sequence

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkerConfig, WorkerDeploymentConfig

DEPLOYMENT = "hocba"


class Build(SimplePlugin):
    """Given to a client, it goes with every worker of that client.

    Books live for months: their next task goes to the newest build (AUTO_UPGRADE), which replays what older ones did.
    """

    def __init__(self, build: str) -> None:
        super().__init__("hocba.Build")
        self._version = WorkerDeploymentVersion(DEPLOYMENT, build)

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        config["deployment_config"] = WorkerDeploymentConfig(
            self._version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
        )
        return super().configure_worker(config)


def plugins_of(build: str) -> Sequence[Build]:
    """For `connect`, in a process that has workers."""
    return [Build(build)] if build else []
