/**
 * The first shape of the database. Never edited once released: a change is a new migration.
 *
 * Times are milliseconds since 1970. Secrets are stored hashed: passwords with argon2id, the ids of sessions and the
 * tokens of invites with SHA-256, so that a stolen row opens nothing (H-07).
 */
export const initial = `
  CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- The folded name. Accounts have one, so that no two have the same; guests have none.
    name_key TEXT UNIQUE,
    password_hash TEXT,
    is_guest INTEGER NOT NULL,
    is_server_owner INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    CHECK (is_guest = (name_key IS NULL)),
    CHECK (is_guest = (password_hash IS NULL))
  ) STRICT;

  CREATE TABLE session (
    id_hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    -- Slides with use, but never past the absolute end (H-13).
    expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX session_by_person ON session (person_id);
  CREATE INDEX session_by_expiry ON session (expires_at);

  CREATE TABLE room (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('open', 'invite')),
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0,
    last_active_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX room_by_activity ON room (access, last_active_at);
  CREATE INDEX room_by_creator ON room (created_by, created_at);

  -- A seat is never deleted and never given to another: every struct of every document names its owner by it (ID2).
  CREATE TABLE seat (
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seat INTEGER NOT NULL CHECK (seat BETWEEN 1 AND 2097151),
    person_id TEXT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'moderator', 'member', 'guest')),
    joined_at INTEGER NOT NULL,
    left_at INTEGER,
    read_count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, seat),
    UNIQUE (room_id, person_id)
  ) STRICT;
  CREATE INDEX seat_by_person ON seat (person_id);

  CREATE TABLE invite (
    token_hash TEXT PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX invite_by_creator ON invite (created_by, created_at);
  CREATE INDEX invite_by_expiry ON invite (expires_at);

  -- Every update of every document, in order. AUTOINCREMENT: a number is not used again after its row is gone.
  CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    doc TEXT NOT NULL,
    data BLOB NOT NULL,
    crc INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX log_by_doc ON log (doc, seq);

  -- Rows of the log that could not be read back: kept, so that nothing is thrown away unseen (Y-24).
  CREATE TABLE quarantine (
    seq INTEGER PRIMARY KEY,
    doc TEXT NOT NULL,
    data BLOB NOT NULL,
    crc INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
`
