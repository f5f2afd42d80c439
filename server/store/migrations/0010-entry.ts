/** Whether an invite link lets people into the room at once, or they knock first. */
export const entry = `
  ALTER TABLE room ADD COLUMN entry TEXT NOT NULL DEFAULT 'free'
    CHECK (entry IN ('free', 'knock'));
`
