"""A provider to run at home: a server that speaks every dialect and draws real clips. No key, no cost."""
