"""Pupils who change schools: statutory limits as data, states, subjects that match, and what travels with the pupil."""
