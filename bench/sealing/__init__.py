"""What sealing costs: writing, reading and seeking in a sealed recording beside a plain one."""
