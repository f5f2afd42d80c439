/** The one entry of a presence frame (y-protocols/awareness.js), and of it what is known. Rules P1 and P2 of docs/PROTOCOL.md. */
import * as decoding from 'lib0/decoding'
import { readSignalSlot, type SignalSlot } from '#shared/call/signal.ts'
import { presenceSignallingSizeMax, presenceSizeMax } from '#shared/limits.ts'
import { readSaidState, type SaidState } from '#shared/presence/presence.ts'

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
    return { clientId, clock, state: { ...readSaidState(shown), signals: readSignals(signals) } }
  } catch {
    return null
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
