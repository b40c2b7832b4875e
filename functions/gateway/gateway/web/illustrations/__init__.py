"""Drawn pictures for products that have no photograph."""

from gateway.web.illustrations.drawing import draw

__all__ = ["draw"]
