"""The kit that every service of the shop stands on. It knows no service."""
