"""Carts: what shoppers and guests have put aside to buy."""
