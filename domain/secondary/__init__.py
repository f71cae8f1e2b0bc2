"""Assessment of secondary pupils (Circular 22/2021/TT-BGDĐT), as pure functions of the rule set's thresholds."""
