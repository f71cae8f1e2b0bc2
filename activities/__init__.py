"""All side effects; every activity may run twice and the second run changes nothing."""
