"""How Alembic reaches the store: always over a connection it is given."""

from alembic import context

import service.tables
from service.database.engine import metadata

assert service.tables  # noqa: S101 - imported so that every slice's tables are in the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
