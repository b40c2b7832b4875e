"""One module for each page or group of pages; each names its `routes`."""
