"""The review page's server: what it shows, what it is told, and how it has things rendered."""
