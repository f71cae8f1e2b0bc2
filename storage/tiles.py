"""Files of the history log in a bucket, for installations of more than one machine."""

from storage.buckets import Bucket, asking, open_store


class BucketTiles:
    """`signing.log.store.TileStore` over a bucket: what was written is read by everybody from then on.

    Both methods raise StoreUnavailable.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._store = open_store(bucket)

    def read(self, path: str) -> bytes | None:
        """The file, or None if there is none."""
        try:
            with asking(self._bucket):
                return bytes(self._store.get(path).bytes())
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        """Store the file in place of any other; a bucket with versions keeps what was there."""
        with asking(self._bucket):
            self._store.put(path, data, mode="overwrite")
