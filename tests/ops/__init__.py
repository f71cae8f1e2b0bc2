"""What an installation on containers is made of, run without containers."""
