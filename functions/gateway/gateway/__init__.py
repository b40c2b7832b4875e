"""The pages and the API's front. It keeps no state: everything it shows belongs to another service."""
