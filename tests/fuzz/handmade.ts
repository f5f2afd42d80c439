/** Updates written by hand: what Yjs reads, whether or not it would ever write it. */
import * as encoding from 'lib0/encoding'

export type Write = (encoder: encoding.Encoder) => void

export type Section = Readonly<{ client: number; clock: number; structs: readonly Write[] }>

export type Deletion = Readonly<{
  client: number
  ranges: readonly (readonly [clock: number, length: number])[]
}>

/** Sections of structs, then deletions. */
export function handmade(sections: readonly Section[], deletions: readonly Deletion[] = []): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sections.length)
    for (const { client, clock, structs } of sections) {
      encoding.writeVarUint(encoder, structs.length)
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      for (const write of structs) write(encoder)
    }
    encoding.writeVarUint(encoder, deletions.length)
    for (const { client, ranges } of deletions) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, ranges.length)
      for (const [clock, length] of ranges) {
        encoding.writeVarUint(encoder, clock)
        encoding.writeVarUint(encoder, length)
      }
    }
  })
}

/** Info bits of a struct (yjs, Item.write): a content kind, and which parts come before it. */
export const deletedContent = 1
export const anyContent = 8
export const hasParentSub = 0x20
export const hasRightOrigin = 0x40
export const hasOrigin = 0x80

/** An entry of a root map, with this content. */
export function entryIn(root: string, key: string, kind: number, writeContent: Write): Write {
  return (encoder) => {
    encoding.writeUint8(encoder, kind | hasParentSub)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, root)
    encoding.writeVarString(encoder, key)
    writeContent(encoder)
  }
}

export type PlainId = Readonly<{ client: number; clock: number }>

/** What stands beside other items: after `origin`, before `rightOrigin`. */
export function besides(
  { origin, rightOrigin }: Readonly<{ origin?: PlainId; rightOrigin?: PlainId }>,
  kind: number,
  writeContent: Write,
): Write {
  return (encoder) => {
    const info =
      (origin === undefined ? 0 : hasOrigin) | (rightOrigin === undefined ? 0 : hasRightOrigin) | kind
    encoding.writeUint8(encoder, info)
    for (const id of [origin, rightOrigin]) {
      if (id === undefined) continue
      encoding.writeVarUint(encoder, id.client)
      encoding.writeVarUint(encoder, id.clock)
    }
    writeContent(encoder)
  }
}

/** A value as content of kind `anyContent`. */
export function anyOf(...values: readonly unknown[]): Write {
  return (encoder) => {
    encoding.writeVarUint(encoder, values.length)
    for (const value of values) encoding.writeAny(encoder, value as Parameters<typeof encoding.writeAny>[1])
  }
}

/** Space for so many that are gone. */
export function gc(length: number): Write {
  return (encoder) => {
    encoding.writeUint8(encoder, 0)
    encoding.writeVarUint(encoder, length)
  }
}
