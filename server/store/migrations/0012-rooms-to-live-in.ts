/**
 * Rooms to live in: conversations without a name, whom a room lets write in its chat, and whom it leaves in peace.
 */
export const roomsToLiveIn = `
  -- The ids of those it was begun with, sorted, with spaces between; of no other room.
  ALTER TABLE room ADD COLUMN direct_key TEXT;
  CREATE UNIQUE INDEX room_by_direct_key ON room (direct_key) WHERE direct_key IS NOT NULL;

  ALTER TABLE room ADD COLUMN posting TEXT NOT NULL DEFAULT 'everyone'
    CHECK (posting IN ('everyone', 'members', 'moderators'));

  -- What a room is about; empty where nobody has said.
  ALTER TABLE room ADD COLUMN topic TEXT NOT NULL DEFAULT '';

  -- Since when nothing is added to it; null while it is lived in.
  ALTER TABLE room ADD COLUMN archived_at INTEGER;

  -- They want to hear of mentions only.
  ALTER TABLE seat ADD COLUMN is_muted INTEGER NOT NULL DEFAULT 0;
`
