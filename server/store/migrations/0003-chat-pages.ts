/**
 * Chat as a chain of pages: which page is the newest, which messages there are, and what they say.
 */
export const chatPages = `
  -- Number of the newest page of chat; only it takes new messages.
  ALTER TABLE room ADD COLUMN chat_tail INTEGER NOT NULL DEFAULT 0;
  -- 0 for rooms from before there was an index: it is made when the server next starts.
  ALTER TABLE room ADD COLUMN is_indexed INTEGER NOT NULL DEFAULT 0;

  -- Every message that was ever counted, also those deleted since. Its id rises with its arrival.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    page INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (room_id, key)
  ) STRICT;

  -- What the messages say, by their id. The room is a word of its own, so that a search reads only what is its own.
  CREATE VIRTUAL TABLE message_text USING fts5 (room, text, tokenize = 'unicode61 remove_diacritics 2');
  -- What is deleted leaves the index at once.
  INSERT INTO message_text (message_text, rank) VALUES ('secure-delete', 1);
`
