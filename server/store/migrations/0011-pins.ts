/**
 * Messages that are pinned. What they say stands in the room's document too, and has to leave its log when it goes.
 */
export const pins = `
  -- By the message's key: the index of messages can be made anew. The id rises with every pin.
  CREATE TABLE pin (
    id INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    UNIQUE (room_id, key)
  ) STRICT;

  -- Every row that deletes something, but of boards.
  DROP INDEX log_deleting;
  CREATE INDEX log_deleting ON log (doc) WHERE doc NOT GLOB 'board/*' AND substr(data, -1) <> x'00';
`
