/** The one entry of a presence frame (y-protocols/awareness.js), and of it what is known. Rules P1 and P2 of docs/PROTOCOL.md. */
import * as decoding from 'lib0/decoding'
import { readCallPresence, readSignalSlot, type SignalSlot } from '#shared/call/signal.ts'
import { readCallReaction, readHand } from '#shared/call/standing.ts'
import { isSheetId } from '#shared/ids.ts'
import { presenceSignallingSizeMax, presenceSizeMax } from '#shared/limits.ts'
import type { PresenceState } from '#shared/presence/presence.ts'

/** What a peer says to everybody. */
export type SaidState = Pick<PresenceState, 'sheet' | 'isTyping' | 'call' | 'hand' | 'reaction'>

export type SaidEntry = Readonly<{
  clientId: number
  clock: number
  /** Null when the peer leaves. */
  state: (SaidState & Readonly<{ signals: ReadonlyMap<number, SignalSlot> }>) | null
}>

/** Null for what is no entry, or more than one. */
export function readEntry(body: Uint8Array): SaidEntry | null {
  try {
    const decoder = decoding.createDecoder(body)
    if (decoding.readVarUint(decoder) !== 1) return null
    const clientId = decoding.readVarUint(decoder)
    const clock = decoding.readVarUint(decoder)
    const json = decoding.readVarString(decoder)
    if (decoding.hasContent(decoder) || json.length > presenceSignallingSizeMax) return null
    const value: unknown = JSON.parse(json)
    if (value === null) return { clientId, clock, state: null }
    if (typeof value !== 'object' || Array.isArray(value)) return null
    const { signals, ...shown } = value as Readonly<Record<string, unknown>>
    if (JSON.stringify(shown).length > presenceSizeMax) return null
    return { clientId, clock, state: { ...readShown(shown), signals: readSignals(signals) } }
  } catch {
    return null
  }
}

function readShown({ sheet, isTyping, call, hand, reaction }: Readonly<Record<string, unknown>>): SaidState {
  const callPresence = readCallPresence(call)
  const always = { ...(isSheetId(sheet) ? { sheet } : {}), ...(isTyping === true ? { isTyping } : {}) }
  if (callPresence === null) return always
  const raised = readHand(hand)
  const shown = readCallReaction(reaction)
  return {
    ...always,
    call: callPresence,
    ...(raised === null ? {} : { hand: raised }),
    ...(shown === null ? {} : { reaction: shown }),
  }
}

/** What is no slot is left out (S-02). */
function readSignals(value: unknown): ReadonlyMap<number, SignalSlot> {
  const signals = new Map<number, SignalSlot>()
  if (typeof value !== 'object' || value === null) return signals
  for (const [key, item] of Object.entries(value)) {
    const addressee = Number(key)
    const slot = readSignalSlot(item)
    if (slot !== null && Number.isSafeInteger(addressee)) signals.set(addressee, slot)
  }
  return signals
}
