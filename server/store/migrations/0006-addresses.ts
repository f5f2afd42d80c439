/** Whether people in a room's call may see each other's network addresses. */
export const addresses = `
  ALTER TABLE room ADD COLUMN addresses TEXT NOT NULL DEFAULT 'shown'
    CHECK (addresses IN ('shown', 'hidden'));
`
