"""The database's history, one step a file; `upgrade` brings any older database to today's shape."""
