/** A page's world for synchronisation, in Node: a real socket with a session's cookie, and a store in memory. */
import WebSocketClient from 'ws'
import * as Y from 'yjs'
import { paths } from '#shared/http.ts'
import type { KeptEntries, LeftBehind, OpenStore, SyncWorld } from '#web/sync/world.ts'
import { Channels } from './channels.ts'
import { keptEntries } from './kept.ts'

type Kept = { update: Uint8Array; hasUnsent: boolean; leftBehind: readonly LeftBehind[] }

/** What a device keeps of each document, by its name. Give it to the next world to reload the page. */
export type Device = Map<string, Kept>

export type TestWorld = SyncWorld &
  Readonly<{
    /** Takes the network away, or gives it back. */
    setOnline(isOnline: boolean): void
    /** The page is looked at again. */
    wake(): void
  }>

type WorldOptions = Readonly<{
  /** Where its sockets come from: all of 127.0.0.0/8 is this machine. */
  localAddress?: string
}>

export function testWorld(
  client: Readonly<{ origin: string; cookie: string }>,
  device: Device = new Map(),
  options: WorldOptions = {},
): TestWorld {
  const events = new EventTarget()
  let isOnline = true
  /** A socket as the browser makes one: with the cookie and the origin of the page, and none without a network. */
  class PageSocket extends WebSocketClient {
    constructor(url: string) {
      const target = isOnline ? url : 'ws://127.0.0.1:1'
      super(target, { headers: { cookie: client.cookie }, origin: client.origin, ...options })
    }
  }
  return {
    socketUrl: client.origin.replace(/^http/, 'ws') + paths.socket,
    WebSocket: PageSocket as unknown as SyncWorld['WebSocket'],
    openStore: memoryStore(device),
    openKept: (name) => keptIn(device, name),
    openChannel: (name, hear) => channelsOf(device).open(name, hear),
    events,
    isOnline: () => isOnline,
    isVisible: () => true,
    nowMs: () => performance.now(),
    random: () => Math.random(),
    random32: () => Math.floor(Math.random() * 2 ** 32),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs)
      return () => {
        clearTimeout(timer)
      }
    },
    setOnline(value) {
      isOnline = value
      events.dispatchEvent(new Event(value ? 'online' : 'offline'))
    },
    wake: () => {
      events.dispatchEvent(new Event('visibilitychange'))
    },
  }
}

const channelsByDevice = new WeakMap<Device, Channels>()

function channelsOf(device: Device): Channels {
  const channels = channelsByDevice.get(device) ?? new Channels(setImmediate)
  channelsByDevice.set(device, channels)
  return channels
}

/** What a device keeps beside its documents, by the name it was opened under. */
const keptByDevice = new WeakMap<Device, Map<string, Map<string, unknown>>>()

function keptIn(device: Device, name: string): KeptEntries {
  const ofDevice = keptByDevice.get(device) ?? new Map<string, Map<string, unknown>>()
  keptByDevice.set(device, ofDevice)
  const entries = ofDevice.get(name) ?? new Map<string, unknown>()
  ofDevice.set(name, entries)
  return keptEntries(entries)
}

function memoryStore(device: Device): OpenStore {
  return (name, doc, isAnew) => {
    const before = isAnew ? undefined : device.get(name)
    const kept = before ?? { update: Y.encodeStateAsUpdate(new Y.Doc()), hasUnsent: false, leftBehind: [] }
    if (!isAnew) device.set(name, kept)
    const keep = (update: Uint8Array): void => {
      kept.update = Y.mergeUpdates([kept.update, update])
    }
    const whenLoaded = Promise.resolve().then(() => {
      // As the page's own does: what was written before it was open is kept too.
      keep(Y.encodeStateAsUpdate(doc))
      Y.applyUpdate(doc, kept.update, kept)
      doc.on('update', keep)
      return { hasUnsent: kept.hasUnsent, leftBehind: kept.leftBehind }
    })
    return {
      whenLoaded,
      replace: (leftBehind) => {
        kept.leftBehind = [...(device.get(name)?.leftBehind ?? []), ...leftBehind]
        device.set(name, kept)
      },
      keepLeftBehind: (leftBehind) => {
        kept.leftBehind = leftBehind
      },
      keepUnsent: (hasUnsent) => {
        kept.hasUnsent = hasUnsent
      },
      close: () => {
        doc.off('update', keep)
      },
    }
  }
}
