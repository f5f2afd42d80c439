/**
 * Updates that are too large for one frame, in parts that are not.
 *
 * The server takes a page's changes up to a size (shared/limits.ts), and whatever a handshake brings up to that of a
 * frame. A day of drawing without a network, or taking back the erasing of half a board, is more. Invariant: each
 * part can be applied after those before it, and all of them together are the update.
 */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { frameSizeMax, updateClientsMax, updateSizeMax, updateStructsMax } from '#shared/limits.ts'

type Decoded = ReturnType<typeof Y.decodeUpdate>
type Struct = Decoded['structs'][number]
type Range = Readonly<{ client: number; clock: number; len: number }>

/** Bytes of a part: half a frame, which leaves room for the largest struct. */
export const partSizeMax = frameSizeMax / 2
/** Of at least two bytes each, so many deletions are no more than that. */
const rangesPerPartMax = 20_000
/** What is smaller cannot hold too many structs or deletions: each takes two bytes. */
const surelySmallSize = 2 * updateStructsMax

/** Whether the server takes this as one change of a page. */
export function fitsOneChange(update: Uint8Array): boolean {
  if (update.length <= surelySmallSize) return true
  if (update.length > updateSizeMax) return false
  const { structs, ds } = Y.decodeUpdate(update)
  const clients = new Set(structs.map(({ id }) => id.client))
  return (
    structs.length <= updateStructsMax &&
    clients.size <= updateClientsMax &&
    rangesOf(ds).length <= updateStructsMax
  )
}

/** The update in parts of about `sizeMax` bytes, to be sent in this order. */
export function splitUpdate(update: Uint8Array, sizeMax = partSizeMax): readonly Uint8Array[] {
  if (update.length <= sizeMax) return [update]
  const { structs, ds } = Y.decodeUpdate(update)
  const parts: Uint8Array[] = []
  let part: Struct[] = []
  let size = 0
  for (const struct of inOrder(structs)) {
    const structSize = sizeOf(struct)
    if (part.length > 0 && size + structSize > sizeMax) {
      parts.push(encode(part, []))
      part = []
      size = 0
    }
    part.push(struct)
    size += structSize
  }
  if (part.length > 0) parts.push(encode(part, []))
  const ranges = rangesOf(ds)
  for (let from = 0; from < ranges.length; from += rangesPerPartMax)
    parts.push(encode([], ranges.slice(from, from + rangesPerPartMax)))
  return parts
}

/** Each client's in the order of its clock, and after what it overwrites, whosever that is. */
function inOrder(structs: readonly Struct[]): Struct[] {
  const byClient = Map.groupBy(structs, ({ id }) => id.client)
  const doneByClient = new Map<number, number>()
  const ordered: Struct[] = []
  const isReady = (struct: Struct): boolean => {
    const origin = struct instanceof Y.Item ? struct.origin : null
    const others =
      origin === null || origin.client === struct.id.client ? undefined : byClient.get(origin.client)
    if (origin === null || others === undefined) return true
    const next = others[doneByClient.get(origin.client) ?? 0]
    return next === undefined || origin.clock < next.id.clock
  }
  for (let before = -1; before < ordered.length && ordered.length < structs.length;) {
    before = ordered.length
    for (const [client, own] of byClient) {
      let done = doneByClient.get(client) ?? 0
      for (let next = own[done]; next !== undefined && isReady(next); next = own[done]) {
        ordered.push(next)
        done += 1
        doneByClient.set(client, done)
      }
    }
  }
  return ordered
}

function rangesOf(ds: Decoded['ds']): Range[] {
  return [...ds.clients].flatMap(([client, ranges]) =>
    ranges.map(({ clock, len }) => ({ client, clock, len })),
  )
}

function sizeOf(struct: Struct): number {
  const encoder = new Y.UpdateEncoderV1()
  struct.write(encoder, 0)
  return encoding.length(encoder.restEncoder)
}

function encode(structs: readonly Struct[], ranges: readonly Range[]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  const write = (value: number): void => {
    encoding.writeVarUint(encoder.restEncoder, value)
  }
  const byClient = Map.groupBy(structs, ({ id }) => id.client)
  write(byClient.size)
  // Yjs writes and expects the higher clientIDs first.
  for (const [client, own] of [...byClient].sort(([a], [b]) => b - a)) {
    write(own.length)
    encoder.writeClient(client)
    write(own[0]?.id.clock ?? 0)
    for (const struct of own) struct.write(encoder, 0)
  }
  const deleted = Map.groupBy(ranges, ({ client }) => client)
  write(deleted.size)
  for (const [client, own] of [...deleted].sort(([a], [b]) => b - a)) {
    encoder.resetDsCurVal()
    write(client)
    write(own.length)
    for (const { clock, len } of own) {
      encoder.writeDsClock(clock)
      encoder.writeDsLen(len)
    }
  }
  return encoder.toUint8Array()
}
