"""The national record of a pupil's school year: its published fields, checking, packets, and two written forms."""
