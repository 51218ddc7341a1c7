"""ICMP echo: a sweep of many addresses once, and measuring single ones again and again."""
