import psycopg


def terminate_connections(url):
    """All of the database's but the one that does it."""
    with psycopg.connect(url) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
