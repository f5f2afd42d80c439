/**
 * What a person has changed of one message that counts, or of their reactions to it, and the server does not have yet.
 *
 * Rule OF8 of docs/PROTOCOL.md. It is one change from what the server has to what stands there now, however often it was
 * changed: what was put and taken away again is none. Pure.
 */
import { equalityDeep } from 'lib0/function'
import { isMessageValue, parseMessageKey, type MessageKey, type MessageValue } from '#shared/chat/message.ts'
import { isReactionValue, parseReactionKey, type ReactionValue } from '#shared/chat/reaction.ts'
import type { Seat } from '#shared/ids.ts'
import { isPlainObject } from '#shared/plain-object.ts'

/** Plain JSON, as it is kept on the device. */
export type Change = Readonly<{
  /** The page that the message stands on. */
  page: number
  key: MessageKey
  /** The server has been given it, and may have it. */
  isGiven: boolean
}> &
  (
    | Readonly<{ of: 'message'; before: MessageValue; now: MessageValue | null }>
    /** `text` is the message's. */
    | Readonly<{ of: 'reactions'; before: ReactionValue; now: ReactionValue; text: string }>
  )

/** One line of the list of what waits. */
export type WaitingChange = Readonly<{
  key: MessageKey
  /** Of the message: what it says now, or said. */
  text: string
  /** A message that was deleted comes back only to its author, and where the server has not heard of it. */
  canTakeBack: boolean
}> &
  (Readonly<{ kind: 'edited' | 'deleted' }> | Readonly<{ kind: 'reacted' | 'unreacted'; reaction: string }>)

/** The same for all changes of one message, and of the reactions to it. */
export function nameOfChange({ of, key }: Change): string {
  return `${of}/${key}`
}

/**
 * What the change of an entry of a page comes to, by its name there. Null for what is another's than this seat's, and for
 * what is no entry as the schema has it.
 */
export function readChange(
  { seat, text, ...where }: Readonly<{ page: number; isGiven: boolean; seat: Seat; text: string }>,
  name: string,
  before: unknown,
  now: unknown,
): Change | null {
  const reactions = parseReactionKey(name)
  const change =
    reactions === null
      ? // One that was deleted and is back is as it was, or as it had been changed before.
        { ...where, of: 'message', key: name, before: before ?? now, now: now ?? null }
      : { ...where, of: 'reactions', key: reactions.messageKey, before: before ?? [], now: now ?? [], text }
  return isChange(change) && (reactions === null || reactions.seat === seat) ? change : null
}

export function isChange(value: unknown): value is Change {
  if (!isPlainObject(value)) return false
  const { page, key, isGiven, of, before, now, text } = value
  if (typeof page !== 'number' || typeof isGiven !== 'boolean') return false
  if (typeof key !== 'string' || parseMessageKey(key) === null) return false
  return of === 'message'
    ? isMessageValue(before) && (now === null || isMessageValue(now))
    : of === 'reactions' && isReactionValue(before) && isReactionValue(now) && typeof text === 'string'
}

/** What both come to; null where nothing is left to be told. `next` is the later. */
export function mergeChanges(first: Change | undefined, next: Change): Change | null {
  const merged = { ...next, before: first?.before ?? next.before } as Change
  const isNone =
    merged.of === 'message'
      ? equalityDeep(merged.before, merged.now)
      : reactionsOf(merged.before, merged.now).length === 0
  return isNone ? null : merged
}

/** In the order given; `seat` is this person's. */
export function linesOf(changes: Iterable<Change>, seat: Seat): readonly WaitingChange[] {
  const all = [...changes]
  const deleted = new Set(all.flatMap(({ of, key, now }) => (of === 'message' && now === null ? [key] : [])))
  return all.flatMap((change): readonly WaitingChange[] => {
    const { key } = change
    if (change.of === 'message') {
      const { before, now, isGiven } = change
      if (now !== null) return [{ kind: 'edited', key, text: now.x, canTakeBack: true }]
      const canTakeBack = !isGiven && parseMessageKey(key)?.seat === seat
      return [{ kind: 'deleted', key, text: before.x, canTakeBack }]
    }
    // Nobody will see them.
    if (deleted.has(key)) return []
    const { before, now, text } = change
    return reactionsOf(before, now).map((reaction) => ({
      kind: now.includes(reaction) ? 'reacted' : 'unreacted',
      ...{ key, text, reaction, canTakeBack: true },
    }))
  })
}

/** Those that are in one of the two only. */
function reactionsOf(before: ReactionValue, now: ReactionValue): readonly string[] {
  return [
    ...now.filter((reaction) => !before.includes(reaction)),
    ...before.filter((reaction) => !now.includes(reaction)),
  ]
}
