"""Hostile input: what is read from outside neither crashes, hangs nor fills the memory, whatever it is.

A few hundred inputs with the other tests, always the same; as many as one likes with `make fuzz`.
"""
