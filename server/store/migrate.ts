/**
 * Brings a database up to date, one migration after the other.
 *
 * Invariant: each runs in one transaction together with its number in `user_version`, so that a migration that fails
 * leaves the version before it, complete and usable (D-08).
 */
import type { Database } from 'better-sqlite3'
import { initial } from './migrations/0001-initial.ts'
import { snapshot } from './migrations/0002-snapshot.ts'
import { chatPages } from './migrations/0003-chat-pages.ts'
import { drawing } from './migrations/0004-drawing.ts'
import { freshTexts } from './migrations/0005-fresh-texts.ts'
import { addresses } from './migrations/0006-addresses.ts'
import { callModeration } from './migrations/0007-call-moderation.ts'
import { files } from './migrations/0008-files.ts'
import { mentions } from './migrations/0009-mentions.ts'
import { entry } from './migrations/0010-entry.ts'
import { pins } from './migrations/0011-pins.ts'
import { roomsToLiveIn } from './migrations/0012-rooms-to-live-in.ts'
import { members } from './migrations/0013-members.ts'
import { push } from './migrations/0014-push.ts'
import { slow } from './migrations/0015-slow.ts'
import { reports } from './migrations/0016-reports.ts'
import { threads } from './migrations/0017-threads.ts'

/** In order; the n-th makes version n + 1. */
const migrations: readonly string[] = [
  initial,
  snapshot,
  chatPages,
  drawing,
  freshTexts,
  addresses,
  callModeration,
  files,
  mentions,
  entry,
  pins,
  roomsToLiveIn,
  members,
  push,
  slow,
  reports,
  threads,
]

export const latestVersion = migrations.length

export function versionOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

export function migrate(db: Database, steps = migrations): void {
  for (const [index, sql] of steps.entries()) {
    if (index < versionOf(db)) continue
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${String(index + 1)}`)
    }).exclusive()
  }
}
