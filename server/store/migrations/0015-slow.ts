/** Rooms in which people say one thing at a time. */
export const slow = `
  -- Seconds between two messages of whoever does not moderate it; 0 where it is not slow.
  ALTER TABLE room ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;
`
