/** Whom a room does not let in, and what was decided in it. */
export const members = `
  -- Since when they may not come back; null where they may.
  ALTER TABLE seat ADD COLUMN banned_at INTEGER;

  CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    by_person_id TEXT NOT NULL REFERENCES person (id),
    -- Null where it was about the room or its call.
    person_id TEXT REFERENCES person (id),
    decided_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX decision_by_room ON decision (room_id, id);
`
