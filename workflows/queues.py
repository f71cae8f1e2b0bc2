"""The task queues, and how long each kind of work may take before another try."""

from datetime import timedelta

from temporalio.common import RetryPolicy

MAIN_QUEUE = "hocba"
SIGN_QUEUE = "hocba-sign"
# What waits for somebody else's service; it must not take the place of what people wait for.
PROOF_QUEUE = "hocba-proof"
# Packets to record stores, as fast as the settings say.
SUBMIT_QUEUE = "hocba-submit"
# Steps of transfers and other matters, and what they ask of books: somebody waits for each of them.
MATTER_QUEUE = "hocba-matter"
# Rounds through thousands of workflows, and what is counted at night.
CAMPAIGN_QUEUE = "hocba-campaign"

# A dead worker is noticed after this long; people wait for it, so it is short.
HEARTBEAT_TIMEOUT = timedelta(seconds=8)
DATABASE_TIMEOUT = timedelta(seconds=10)
# A class-term may be embedding a whole class's signatures when it is told something.
BOOK_TIMEOUT = timedelta(minutes=10)
# Writing to the database must succeed in the end, or the projection would stay behind the workflow for good.
DATABASE_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=250), maximum_interval=timedelta(seconds=60))
# Embedding signatures that people gave must succeed in the end too, but may wait for a repair.
SIGN_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
# Packing and checking a pupil's papers: a dozen PDFs, each verified in a process of its own.
PACK_TIMEOUT = timedelta(minutes=5)
# Preparing an order is tried as long as the order lives.
PREPARE_TIMEOUT = timedelta(minutes=5)
PREPARE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20))
# A confirmed order is carried until it is done or has expired, which the activity itself finds out.
CARRY_TIMEOUT = timedelta(minutes=5)
CARRY_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
