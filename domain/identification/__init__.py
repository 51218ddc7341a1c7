"""Identifies devices from what their SNMP agents say."""

from domain.identification.engine import Identity, Wanted, identify, wanted

__all__ = ["Identity", "Wanted", "identify", "wanted"]
