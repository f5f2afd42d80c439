/**
 * Whom messages mention, and when messages came.
 */
export const mentions = `
  -- For each person that a message mentions; seat 0 is everybody. The number is the message's in its room.
  CREATE TABLE mention (
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seat INTEGER NOT NULL,
    number INTEGER NOT NULL,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    PRIMARY KEY (room_id, seat, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mention_by_message ON mention (message_id);

  -- The first message of a day.
  CREATE INDEX message_by_time ON message (room_id, at);
`
