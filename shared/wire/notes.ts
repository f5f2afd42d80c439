/**
 * Notes that the server adds to a document's frames, as the text of Hocuspocus' stateless frame. Rule W6 of
 * docs/PROTOCOL.md.
 *
 *     {"void": [[key, code], …]}    entries of this client that were not taken in, and why
 *     {"knocks": [knock, …]}        everybody who knocks at the room now; told to those who moderate it
 */
import type { VoidCode } from '../chat/page-rules.ts'
import type { Knock } from '../knock.ts'
import { isPlainObject } from '../plain-object.ts'

export type VoidNote = readonly (readonly [key: string, code: VoidCode])[]

const voidCodes: ReadonlySet<unknown> = new Set<VoidCode>(['sealed', 'known', 'deleted', 'too-fast'])

export function encodeVoids(voids: VoidNote): string {
  return JSON.stringify({ void: voids })
}

/** Empty for a note of another kind, or what is none. */
export function readVoids(note: string): VoidNote {
  const list = parse(note)['void']
  return Array.isArray(list) ? list.filter(isVoid) : []
}

export function encodeKnocks(knocks: readonly Knock[]): string {
  return JSON.stringify({ knocks })
}

/** Null for a note of another kind, or what is none. */
export function readKnocks(note: string): readonly Knock[] | null {
  const list = parse(note)['knocks']
  return Array.isArray(list) ? list.filter(isKnock) : null
}

function isKnock(value: unknown): value is Knock {
  if (!isPlainObject(value)) return false
  const { id, name, isGuest, place } = value
  const isNamed = typeof id === 'string' && typeof name === 'string'
  return isNamed && typeof isGuest === 'boolean' && (place === 'room' || place === 'call')
}

function parse(note: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(note)
    return isPlainObject(value) ? value : {}
  } catch {
    return {}
  }
}

function isVoid(pair: unknown): pair is VoidNote[number] {
  return Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && voidCodes.has(pair[1])
}
