"""The damage model: what dirt, hairs and line scratches look like, and what only looks like them."""
