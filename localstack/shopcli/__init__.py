"""The commands of ./shop."""
