"""Operations: the database's shape, backups, retention, the log, and signs of life."""
