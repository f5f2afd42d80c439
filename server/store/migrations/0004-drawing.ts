/** Whom a room lets draw on its board. */
export const drawing = `
  ALTER TABLE room ADD COLUMN drawing TEXT NOT NULL DEFAULT 'everyone'
    CHECK (drawing IN ('everyone', 'members', 'moderators'));
`
