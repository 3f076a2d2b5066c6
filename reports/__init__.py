"""Papers and workbooks: plain values in, bytes out. Knows neither the web nor the database."""
