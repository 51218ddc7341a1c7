"""SNMP agents: the sweep that finds them and the reader that visits them."""
