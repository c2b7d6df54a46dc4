"""What people open: the office, the phone's HTTP interface and the command line. Pages parse, check, act, answer."""
