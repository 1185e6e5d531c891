-- What version 1 of the schema made; released, so never edited.
PRAGMA journal_mode = WAL;
PRAGMA application_id = 0x6E627073;
PRAGMA user_version = 1;
CREATE TABLE streams (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'streaming', 'done', 'error', 'cancelled', 'timeout')),
  revision INTEGER NOT NULL DEFAULT 0,  -- counts changes of this row but for beats
  epoch INTEGER NOT NULL,
  driver TEXT,
  beat INTEGER NOT NULL DEFAULT 0,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  title TEXT,
  tags TEXT NOT NULL,                   -- JSON list
  prompt TEXT,                          -- JSON text or list of messages
  system TEXT,
  requested_model TEXT,
  provider TEXT,
  options TEXT NOT NULL,                -- JSON object
  notebook TEXT,
  cell_id TEXT,
  execution TEXT,
  placed INTEGER NOT NULL DEFAULT 0,    -- whether a saved notebook holds its output
  kernel_id TEXT,
  host TEXT,
  user TEXT,
  model TEXT,                           -- as the provider named it
  response_id TEXT,
  finish_reason TEXT,
  usage TEXT,                           -- JSON object
  error TEXT,                           -- JSON object
  created_at REAL NOT NULL,             -- UTC seconds, as all times
  started_at REAL,
  finished_at REAL
) STRICT
;
CREATE TABLE deltas (
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  offset INTEGER NOT NULL,
  size INTEGER NOT NULL,                -- UTF-8 bytes of text
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  meta TEXT,                            -- JSON object
  created_at REAL NOT NULL,
  PRIMARY KEY (stream_id, offset)
) STRICT, WITHOUT ROWID
;
CREATE INDEX streams_by_age ON streams (created_at DESC, id DESC);
CREATE INDEX streams_by_notebook ON streams (notebook, created_at DESC);
CREATE INDEX streams_live ON streams (driver) WHERE status IN ('pending', 'streaming');
CREATE VIEW stream_infos AS
SELECT s.*,
  coalesce((SELECT d.offset + d.size FROM deltas d WHERE d.stream_id = s.id
            ORDER BY d.offset DESC LIMIT 1), 0) AS length,
  (SELECT d.created_at FROM deltas d WHERE d.stream_id = s.id
   ORDER BY d.offset LIMIT 1) AS first_delta_at
FROM streams s;
INSERT INTO streams (id, status, epoch, driver, tags, prompt, options, created_at, started_at)
VALUES ('kept', 'streaming', 1, 'd', '["t"]', '"¿qué?"', '{}', 1.0, 2.0);
INSERT INTO deltas (stream_id, offset, size, kind, text, meta, created_at)
VALUES ('kept', 0, 4, 'text', 'añb', NULL, 3.0), ('kept', 4, 2, 'tool_call', '{}', '{"i": 0}', 4.0);
