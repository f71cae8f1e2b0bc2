"""What the reports say, as plain dataclasses, always in the order of the class lists.

No report ranks or compares pupils (Circular 15/2026/TT-BGDĐT art. 22 clause 2).
"""
