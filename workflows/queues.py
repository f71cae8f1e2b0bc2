"""The task queues, and how long each kind of work may take before another try."""

from datetime import timedelta

from temporalio.common import RetryPolicy

MAIN_QUEUE = "hocba"
SIGN_QUEUE = "hocba-sign"

# A dead worker is noticed after this long; people wait for it, so it is short.
HEARTBEAT_TIMEOUT = timedelta(seconds=8)
DATABASE_TIMEOUT = timedelta(seconds=10)
# Writing to the database must succeed in the end, or the projection would stay behind the workflow for good.
DATABASE_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=250), maximum_interval=timedelta(seconds=60))
# Embedding signatures that people gave must succeed in the end too, but may wait for a repair.
SIGN_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
# Preparing an order: the person is waiting at the page, so after these tries it fails and its leases run out.
PREPARE_TIMEOUT = timedelta(minutes=5)
PREPARE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=5)
