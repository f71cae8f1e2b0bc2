"""Parts of `bench.season`."""
