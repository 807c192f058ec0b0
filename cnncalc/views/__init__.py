"""What people see: the terminal, workbooks, pictures and JSON records."""
