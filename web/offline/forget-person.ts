/**
 * Takes from this device what it keeps of a person who signs out. Rule OF7 of docs/PROTOCOL.md.
 *
 * What belongs to the device stays: how the pages look and sound here. Nothing on the server changes.
 */
import type { PersonId } from '#shared/ids.ts'
import { dropRecordings } from '../call/recordings-here.ts'
import { storePrefix } from '../sync/store-name.ts'
import { deleteDatabase } from './delete-database.ts'
import { forgetWaiting } from './recover-waiting.ts'

/** Drafts and what is remembered of rooms are of whoever is signed in; the rest has their id in it. */
const sharedPrefixes = ['stoa.draft.', 'stoa.draft-files.', 'stoa.sheets.', 'stoa.stroke.']

/** Resolves once all of it is gone, or goes when the last other page that has it open is closed. */
export async function forgetPerson(personId: PersonId): Promise<void> {
  const prefixes = [
    ...sharedPrefixes,
    `stoa.room.${personId}.`,
    `stoa.opened.${personId}.`,
    `stoa.read.${personId}.`,
    `stoa.waiting/${storePrefix(personId)}`,
  ]
  for (const storage of [localStorage, sessionStorage])
    for (const key of Object.keys(storage))
      if (prefixes.some((prefix) => key.startsWith(prefix))) storage.removeItem(key)
  await dropRecordings()
  await forgetWaiting(personId)
  const databases = await indexedDB.databases()
  const own = databases.flatMap(({ name }) =>
    name?.startsWith(storePrefix(personId)) === true ? [name] : [],
  )
  await Promise.all(own.map(deleteDatabase))
}
