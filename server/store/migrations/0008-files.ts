/**
 * Files that people have brought, in which rooms they are, what there refers to them, and what is on its way.
 *
 * The bytes lie beside the database, under their hash (FI1).
 */
export const files = `
  CREATE TABLE file (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    -- What its bytes are, of the types that are shown in place; null for all others.
    type TEXT,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Only whoever brought the bytes to a room has put it there (FI3).
  CREATE TABLE room_file (
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    hash TEXT NOT NULL REFERENCES file (hash),
    person_id TEXT NOT NULL REFERENCES person (id),
    -- Since when nothing refers to it, where nothing does (FI4).
    idle_since INTEGER NOT NULL,
    PRIMARY KEY (room_id, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX room_file_by_hash ON room_file (hash);
  CREATE INDEX room_file_by_person ON room_file (person_id);

  -- What refers to a file: the key of a message, or sheet and id of a shape. The room may not have it, or not yet.
  CREATE TABLE file_use (
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    place TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (room_id, place, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX file_use_by_hash ON file_use (room_id, hash);

  CREATE TABLE upload (
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    size INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    PRIMARY KEY (room_id, hash, person_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX upload_by_person ON upload (person_id);
  CREATE INDEX upload_by_age ON upload (begun_at);
`
