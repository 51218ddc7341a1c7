"""Templates of configurations by Jinja2, rendered in processes of their own."""
