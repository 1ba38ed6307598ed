"""What Salomat knows and decides: pure Python, no framework, no I/O but reading content/."""
