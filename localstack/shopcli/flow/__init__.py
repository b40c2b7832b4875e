"""The flow of events, dead letters and mails of the running shop."""
