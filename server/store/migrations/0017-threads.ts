/** Which thread a message is in. */
export const threads = `
  -- Where the root stands: its page, ".", its key. Null outside of threads, and once it was deleted.
  ALTER TABLE message ADD COLUMN thread TEXT;
  CREATE INDEX message_by_thread ON message (room_id, thread, page, at) WHERE thread IS NOT NULL;
`
