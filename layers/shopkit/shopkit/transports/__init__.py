"""The two roads from service to service."""
