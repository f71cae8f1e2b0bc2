"""Circular 27/2020/TT-BGDĐT: assessment in grades 1 to 5, as pure functions."""
