"""The catalogue as a file: Shopify's product CSV, in and out."""
