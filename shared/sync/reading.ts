/**
 * Judges what somebody brings who may only read: nothing of it enters, but whether they would have brought anything.
 *
 * Rule BO5 of docs/PROTOCOL.md. Whoever has just lost the right to write may not have heard of it yet, and keeps what
 * they made without a network; so that is no forgery, but it is not saved either, and their page must be told so.
 */
import { seatOf, type Seat } from '../ids.ts'
import type { DocumentView } from './placement.ts'
import { readUpdate, type RangeRead, type StructRead } from './update-reader.ts'

export type ReadingVerdict =
  | Readonly<{ outcome: 'known' }>
  | Readonly<{ outcome: 'left-out' }>
  /** No update at all. */
  | Readonly<{ outcome: 'refuse'; reason: string }>

export function judgeReading(
  update: Uint8Array,
  { view, seat }: Readonly<{ view: DocumentView; seat: Seat }>,
): ReadingVerdict {
  const found = { isNew: false }
  const fault = readUpdate(update, {
    onStruct({ client, clock, length }: StructRead) {
      // What others made and the server lacks is theirs to bring.
      found.isNew ||= seatOf(client) === seat && clock + length > view.stateOf(client)
      return null
    },
    onDelete({ client, clock, length }: RangeRead) {
      found.isNew ||= clock + length <= view.stateOf(client) && !view.isDeleted(client, clock, length)
      return null
    },
  })
  if (fault !== null) return { outcome: 'refuse', reason: fault }
  return { outcome: found.isNew ? 'left-out' : 'known' }
}
