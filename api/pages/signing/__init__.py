"""The signing room: what waits for one's signature, the dialog in which it is given, and what one has signed."""
