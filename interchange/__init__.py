"""What comes in and goes out: workbooks of class lists, marks and staff."""
