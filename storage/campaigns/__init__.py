"""What campaigns of authorities keep and count."""
