/** Browsers that are told of news while no page is open, and what this server signs that with. */
export const push = `
  CREATE TABLE push (
    -- Where the browser's push service takes messages for it. Whoever knows it can try: a secret.
    endpoint TEXT PRIMARY KEY,
    -- Who signs out hears no more.
    session_id_hash TEXT NOT NULL REFERENCES session (id_hash) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    -- The browser's keys, as base64url: a message is encrypted to it.
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    -- The person wants to read there what was written, and by whom.
    has_text INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX push_by_person ON push (person_id);
  CREATE INDEX push_by_session ON push (session_id_hash);

  -- One row: the pair of keys as base64url, made when they are first needed. Subscriptions are bound to it.
  CREATE TABLE push_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public TEXT NOT NULL,
    private TEXT NOT NULL
  ) STRICT;
`
