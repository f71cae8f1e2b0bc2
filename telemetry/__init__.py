"""How hocba is watched: logs, metrics, traces; what leaves it names nobody."""
