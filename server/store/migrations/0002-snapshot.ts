/**
 * Snapshots of documents, so that a log need not be read from its beginning, and an index of what is to be forgotten.
 */
export const snapshot = `
  -- The whole state of a document after the row upto of its log.
  CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc TEXT NOT NULL,
    data BLOB NOT NULL,
    crc INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- Why it could not be read back. It is kept, so that nothing is thrown away unseen, and never used again.
    fault TEXT
  ) STRICT;
  CREATE INDEX snapshot_by_doc ON snapshot (doc, id);

  -- Rows that delete something said in a chat: what they delete still stands in earlier rows. An update ends with the
  -- number of its deletions, 0, or with the length of the last one, which is never 0.
  CREATE INDEX log_deleting ON log (doc) WHERE doc GLOB 'chat/*' AND substr(data, -1) <> x'00';
`
