/**
 * Texts of messages that the index of words has not taken in yet.
 */
export const freshTexts = `
  CREATE TABLE message_text_fresh (
    id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    room TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
`
