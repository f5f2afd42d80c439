/**
 * What two participants say on their control channel: data channel 0, negotiated, ordered, reliable.
 *
 * JSON texts. As in presence, slots and call states are the whole truth of their moment; the last one counts.
 */
import { signalSlotSizeMax } from '#shared/limits.ts'
import { readCallPresence, readSignalSlot, type CallPresence, type SignalSlot } from '#shared/call/signal.ts'

export const controlChannelLabel = 'control'
export const controlChannelInit: RTCDataChannelInit = { negotiated: true, id: 0 }

export type ControlMessage =
  /** I am alive. */
  | Readonly<{ k: 'ping' }>
  | Readonly<{ k: 'slot'; slot: SignalSlot }>
  | Readonly<{ k: 'call'; call: CallPresence }>
  /** I am leaving the call. */
  | Readonly<{ k: 'bye' }>

export function writeControl(message: ControlMessage): string {
  return JSON.stringify(message)
}

/** Reads what came in; null if it means nothing (S-02). */
export function readControl(data: unknown): ControlMessage | null {
  if (typeof data !== 'string' || data.length > signalSlotSizeMax + 64) return null
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('k' in value)) return null
  switch (value.k) {
    case 'ping':
    case 'bye':
      return { k: value.k }
    case 'slot': {
      const slot = readSignalSlot('slot' in value ? value.slot : null)
      return slot && { k: 'slot', slot }
    }
    case 'call': {
      const call = readCallPresence('call' in value ? value.call : null)
      return call && { k: 'call', call }
    }
    default:
      return null
  }
}
