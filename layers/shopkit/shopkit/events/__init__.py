"""How facts leave a service and reach others: outbox, relay, bus, queue, inbox; and reminders to oneself.

docs/events.md tells the whole way.
"""
