/**
 * Who may be in a room's call: a locked one takes those who are let in alone, and nobody who was put out.
 *
 * Kept on disk: the call itself goes on while the server restarts, and so must this.
 */
export const callModeration = `
  ALTER TABLE room ADD COLUMN is_call_locked INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE seat ADD COLUMN call_standing TEXT CHECK (call_standing IN ('in', 'out'));
`
