"""Names of the task queues."""

MAIN_QUEUE = "hocba"
SIGN_QUEUE = "hocba-sign"
