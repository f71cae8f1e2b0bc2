"""Submission to record stores: certificates, outbox and packets of schools, and our own store's side."""
