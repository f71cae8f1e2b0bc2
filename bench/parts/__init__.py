"""What `bench.signing` is made of; nothing here runs by itself."""
