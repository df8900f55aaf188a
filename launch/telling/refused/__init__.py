"""What services and commands refuse, in Chinese, as a terminal says it."""
