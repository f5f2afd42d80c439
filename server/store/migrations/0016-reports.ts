/** Messages that somebody wants those who moderate the room to look at. */
export const reports = `
  CREATE TABLE report (
    id INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    by_person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    -- Empty where they gave none.
    reason TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    UNIQUE (room_id, key, by_person_id)
  ) STRICT;
`
