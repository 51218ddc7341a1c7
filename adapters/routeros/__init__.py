"""MikroTik RouterOS over its binary API: one persistent connection a router, and what is read and changed through it."""
