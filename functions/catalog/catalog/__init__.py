"""Catalog: products, categories, images and stock."""
