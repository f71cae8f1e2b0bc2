"""Class lists and what is stored: compared first, entered once somebody has looked."""
