"""The first schema."""

from alembic import op

from oureyes.storage.schema import metadata

revision = "0001"
down_revision = None

# Made on SQLite beside the shared tables: words for full text, kept without a second copy of the text.
_TEXT_SQLITE = (
    "CREATE VIRTUAL TABLE words USING fts5(tokens, content='', contentless_delete=1,"
    ' tokenize="unicode61 remove_diacritics 0", detail=full)'
)
_TEXT_POSTGRESQL = (
    "CREATE TABLE words (rowid bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX words_tokens ON words USING gin (tokens)",
)


def upgrade() -> None:
    """Make every table."""
    bind = op.get_bind()
    metadata.create_all(bind)
    if bind.dialect.name == "sqlite":
        op.execute(_TEXT_SQLITE)
    else:
        for statement in _TEXT_POSTGRESQL:
            op.execute(statement)


def downgrade() -> None:
    """There is nothing before the first schema."""
    op.execute("DROP TABLE words")
    metadata.drop_all(op.get_bind())
