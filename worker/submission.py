"""What submission needs, made once from the settings, and its worker: it sends no faster than the settings say."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from activities.beating import BeatingInterceptor
from activities.submission.sending import SubmitActivities
from activities.submission.store_client import StoreClient
from config.places import objects_place
from config.settings import Settings
from interchange.record_stores import configured_stores
from storage.database import Sessions
from storage.objects import Objects
from storage.submission import outbox, stores
from storage.submission.stores import NamedStore
from workflows.queues import SUBMIT_QUEUE

GRACE = timedelta(seconds=20)
AT_ONCE = 4  # packets on their way at the same time, of one worker


def make_submitting(settings: Settings, sessions: Sessions) -> SubmitActivities:
    """Also tells the database which stores there are; records that were issued before one was named wait for it."""
    addresses = configured_stores(settings.record_stores, settings.internal_url)
    with sessions.begin() as session:
        stores.configure(session, [NamedStore(code, each.name, each.kind) for code, each in addresses.items()])
        outbox.fill_up(session)
    clients = {code: StoreClient(each.name, each.url) for code, each in addresses.items()}
    return SubmitActivities(sessions, Objects(objects_place(settings)), clients)


def submit_worker(
    client: Client, submitting: SubmitActivities, threads: ThreadPoolExecutor, settings: Settings
) -> Worker:
    return Worker(
        client,
        task_queue=SUBMIT_QUEUE,
        activities=[submitting.send_packet, submitting.list_forgotten],
        activity_executor=threads,
        max_concurrent_activities=AT_ONCE,
        max_task_queue_activities_per_second=settings.submit_per_second,
        interceptors=[BeatingInterceptor()],
        graceful_shutdown_timeout=GRACE,
    )
