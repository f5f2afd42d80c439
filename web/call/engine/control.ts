/**
 * What two participants say on their control channel: data channel 0, negotiated, ordered, reliable.
 *
 * JSON texts. As in presence, slots and call states are the whole truth of their moment; the last one counts.
 */
import { signalSlotSizeMax } from '#shared/limits.ts'
import { readShown, type Shown } from '#shared/call/shown.ts'
import { readCallPresence, readSignalSlot, type CallPresence, type SignalSlot } from '#shared/call/signal.ts'

export function openControl(connection: RTCPeerConnection): RTCDataChannel {
  return connection.createDataChannel('control', { negotiated: true, id: 0 })
}

/** What goes on beside a call, over the same connection: the room's documents, and its files. */
export type BesideChannels = Readonly<{ documents: RTCDataChannel; files: RTCDataChannel }>

/** Both ends open them alike. */
export function openBeside(connection: RTCPeerConnection): BesideChannels {
  const open = (label: string, id: number): RTCDataChannel =>
    connection.createDataChannel(label, { negotiated: true, id })
  return { documents: open('documents', 1), files: open('files', 2) }
}

/** What stands around a slot. */
const envelopeSizeMax = 96

/** What is told of a part in the call on the channel alone: that this machine is too busy to encode it all (CA14). */
export type ToldCall = CallPresence & Readonly<{ isBusy?: true }>

export type ControlMessage =
  /** I am alive. */
  | Readonly<{ k: 'ping' }>
  | Readonly<{ k: 'slot'; slot: SignalSlot }>
  | Readonly<{ k: 'call'; call: ToldCall }>
  /** How large I show your pictures (CA12). */
  | Readonly<{ k: 'shown'; shown: Shown }>
  /** Pass this on to the participant of that clientID (CA11). */
  | Readonly<{ k: 'relay'; to: number; slot: SignalSlot }>
  /** This is from the participant of that clientID, as I know them (CA11). */
  | Readonly<{ k: 'relayed'; from: number; slot: SignalSlot }>
  /** I am leaving the call. */
  | Readonly<{ k: 'bye' }>

export function writeControl(message: ControlMessage): string {
  return JSON.stringify(message)
}

/** Reads what came in; null if it means nothing (S-02). */
export function readControl(data: unknown): ControlMessage | null {
  if (typeof data !== 'string' || data.length > signalSlotSizeMax + envelopeSizeMax) return null
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
      const call = readToldCall('call' in value ? value.call : null)
      return call && { k: 'call', call }
    }
    case 'shown': {
      const shown = readShown('shown' in value ? value.shown : null)
      return shown && { k: 'shown', shown }
    }
    case 'relay': {
      const slot = readSignalSlot('slot' in value ? value.slot : null)
      const to = 'to' in value ? value.to : null
      return slot && isClientId(to) ? { k: 'relay', to, slot } : null
    }
    case 'relayed': {
      const slot = readSignalSlot('slot' in value ? value.slot : null)
      const from = 'from' in value ? value.from : null
      return slot && isClientId(from) ? { k: 'relayed', from, slot } : null
    }
    default:
      return null
  }
}

function readToldCall(value: unknown): ToldCall | null {
  const call = readCallPresence(value)
  if (call === null) return null
  return (value as Readonly<{ isBusy?: unknown }>).isBusy === true ? { ...call, isBusy: true } : call
}

function isClientId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
