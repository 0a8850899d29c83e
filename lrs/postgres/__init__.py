"""The store on PostgreSQL 15 and later."""
