"""Tells shoppers by mail what happened to their accounts and orders."""
