"""Extracts (trích lục): former years of a pupil from outside, copied, checked by a second person, signed, sealed."""
