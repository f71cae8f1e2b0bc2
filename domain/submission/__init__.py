"""Records on their way to a record store: states, answers and certificates of schools."""
