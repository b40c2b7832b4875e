"""Mails about what happened in the shop."""
