/**
 * What a page of chat takes in now: the rules that depend on the page's state, over those of the schema.
 *
 * Rules CH7 and CH8 of docs/PROTOCOL.md. What an honest page wrote can come too late: the page was sealed, the message
 * is known from another page, or has been deleted meanwhile. Such an entry is *void*: it enters as deleted, so that
 * the writer's replica lets go of it, and the writer is told why. Pure.
 */
import type { Entry } from '../sync/placement.ts'
import { parseReactionKey } from './reaction.ts'

/** Why an entry is void. */
export type VoidCode =
  /** The page takes no new messages. It belongs on the newest page. */
  | 'sealed'
  /** The room has it already, on an earlier page. */
  | 'known'
  /** It was deleted, or what it is about was. */
  | 'deleted'
  /** One person said too much at once. It may be said again later. */
  | 'too-fast'

export type PageView = Readonly<{
  /** How many new messages it still takes; 0 once it is sealed. */
  capacity: number
  /** Whether a message of this key was ever counted on this page, deleted or not. */
  isStamped(key: string): boolean
  /** Whether a message stands under this key now. */
  isLive(key: string): boolean
  /** Whether the room has a message of this key on any page. */
  isKnown(key: string): boolean
  /** Takes from what its author may still say now; false if that is nothing. */
  allowsMessage(): boolean
}>

/** The entries that are void, each with the reason. The others enter as they are. */
export function voidsOf(entries: readonly Entry[], page: PageView): ReadonlyMap<Entry, VoidCode> {
  const voids = new Map<Entry, VoidCode>()
  const mark = (meant: readonly Entry[], code: VoidCode | null): void => {
    if (code !== null) for (const entry of meant) voids.set(entry, code)
  }
  const live = entries.filter(({ value }) => value !== undefined)
  for (const entry of live) if (entry.root === 'r') mark([entry], voidReaction(entry, page))
  let capacity = page.capacity
  for (const [key, versions] of byKey(live.filter(({ root }) => root === 'm'))) {
    const isNew = !page.isStamped(key)
    const code = isNew ? voidNew(key, capacity, page) : page.isLive(key) ? null : 'deleted'
    mark(versions, code)
    if (isNew && code === null) capacity -= 1
  }
  return voids
}

function voidNew(key: string, capacity: number, page: PageView): VoidCode | null {
  if (page.isKnown(key)) return 'known'
  if (capacity === 0) return 'sealed'
  return page.allowsMessage() ? null : 'too-fast'
}

function voidReaction({ key }: Entry, page: PageView): VoidCode | null {
  const messageKey = parseReactionKey(key)?.messageKey
  return messageKey !== undefined && page.isStamped(messageKey) && page.isLive(messageKey) ? null : 'deleted'
}

/** A message and its edits stand or fall together; the earliest in the order of its authors is first. */
function byKey(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const versions = new Map<string, Entry[]>()
  for (const entry of [...entries].sort(compareEntries)) {
    const found = versions.get(entry.key)
    if (found === undefined) versions.set(entry.key, [entry])
    else found.push(entry)
  }
  return versions
}

function compareEntries(a: Entry, b: Entry): number {
  return lamportOf(a) - lamportOf(b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
}

function lamportOf({ value }: Entry): number {
  return (value as Readonly<{ l: number }>).l
}
