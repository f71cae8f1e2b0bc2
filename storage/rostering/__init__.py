"""What schools have registered, as rosters: read whole, written as changes."""
