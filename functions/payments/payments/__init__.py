"""Payments, refunds, and the provider that takes the money."""
