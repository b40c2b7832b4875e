"""A thin HTTP/1.1 client for calls inside the cloud."""
