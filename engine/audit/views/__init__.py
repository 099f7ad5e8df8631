"""An audit told in other forms: tables, lists for editing systems, a page."""
