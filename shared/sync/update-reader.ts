/**
 * Reads a Yjs V1 update as plain data, strictly, and makes no Yjs objects.
 *
 *     update  = count section{count} count deletes{count}    clients in falling order, each once
 *     section = count client clock struct{count}             count > 0
 *     struct  = info [origin] [rightOrigin] [parent [key]] content    (yjs, Item.write)
 *     deletes = client count range{count}                    count > 0, ranges in rising order and apart
 *     range   = clock length
 *
 * This is how Yjs itself writes; it reads far more than that, and some of it does harm. What is not written so is
 * refused with a reason; nothing is ever thrown out of here. Pure.
 */
import { StrictBytes, Unreadable, unreadable } from './strict-bytes.ts'

export type Id = Readonly<{ client: number; clock: number }>

type Extent = Readonly<{
  client: number
  clock: number
  /** At least 1; `clock + length` is a safe integer. */
  length: number
  /** Bytes of the update from here … */
  from: number
  /** … to before here. */
  to: number
}>

export type ItemRead = Extent &
  Readonly<{
    /** `deleted` and `any` are what our documents hold; `other` is anything else that Yjs has. */
    kind: 'deleted' | 'any' | 'other'
    origin: Id | null
    rightOrigin: Id | null
    /** The name of a root, or the id of the item whose type it is in; both null where an origin tells. */
    root: string | null
    parent: Id | null
    /** Null where there is none, or an origin tells. */
    key: string | null
    /** Of kind `any` and length 1, else undefined. Holds no view of the update. */
    value: unknown
    /** Where what comes before the content ends. */
    contentAt: number
  }>

export type StructRead =
  ItemRead | (Extent & Readonly<{ kind: 'gc' }>) | (Extent & Readonly<{ kind: 'skip' }>)

export type RangeRead = Readonly<{ client: number; clock: number; length: number }>

/** Each returns why the update is not wanted, which ends the reading, or null. */
export type UpdateVisitor = Readonly<{
  onStruct(struct: StructRead): string | null
  onDelete(range: RangeRead): string | null
}>

/** Why this is no update, or what the visitor said; null once it was read to its end. */
export function readUpdate(update: Uint8Array, visitor: UpdateVisitor): string | null {
  const bytes = new StrictBytes(update)
  try {
    const fault = readSections(bytes, visitor) ?? readDeletes(bytes, visitor)
    if (fault !== null) return fault
    return bytes.isAtEnd ? null : 'bytes after its end'
  } catch (error) {
    if (error instanceof Unreadable) return error.message
    throw error
  }
}

/** Info bits of a struct: the kind of content, and which parts come before it. */
export const kindBits = 0x1f
const hasKey = 0x20
const hasRightOrigin = 0x40
export const hasOrigin = 0x80

/** Content that is gone, but for its length. */
export const deletedRef = 1

const gcInfo = 0
const skipInfo = 10

function readSections(bytes: StrictBytes, visitor: UpdateVisitor): string | null {
  let lastClient = Infinity
  for (let sections = bytes.varUint(); sections > 0; sections--) {
    const count = bytes.varUint()
    if (count === 0) unreadable('a client without structs')
    const client = readClient(bytes, lastClient)
    lastClient = client
    let clock = bytes.varUint()
    for (let left = count; left > 0; left--) {
      const struct = readStruct(bytes, client, clock)
      const fault = visitor.onStruct(struct)
      if (fault !== null) return fault
      clock += struct.length
    }
  }
  return null
}

function readDeletes(bytes: StrictBytes, visitor: UpdateVisitor): string | null {
  let lastClient = Infinity
  for (let clients = bytes.varUint(); clients > 0; clients--) {
    const client = readClient(bytes, lastClient)
    lastClient = client
    const count = bytes.varUint()
    if (count === 0) unreadable('a client without deletions')
    let lastEnd = 0
    for (let left = count; left > 0; left--) {
      const clock = bytes.varUint()
      const length = possibleLength(clock, bytes.varUint())
      if (clock < lastEnd) unreadable('deletions out of order')
      lastEnd = clock + length
      const fault = visitor.onDelete({ client, clock, length })
      if (fault !== null) return fault
    }
  }
  return null
}

function readClient(bytes: StrictBytes, lastClient: number): number {
  const client = bytes.varUint()
  if (client === lastClient) unreadable('a client twice')
  return client < lastClient ? client : unreadable('clients out of order')
}

function possibleLength(clock: number, length: number): number {
  if (length < 1) unreadable('a length of 0')
  return Number.isSafeInteger(clock + length) ? length : unreadable('a length beyond 2^53')
}

function readStruct(bytes: StrictBytes, client: number, clock: number): StructRead {
  const from = bytes.at
  const info = bytes.byte()
  if (info === gcInfo || info === skipInfo) {
    const length = possibleLength(clock, bytes.varUint())
    return { kind: info === gcInfo ? 'gc' : 'skip', client, clock, length, from, to: bytes.at }
  }
  const origin = (info & hasOrigin) === 0 ? null : readId(bytes)
  const rightOrigin = (info & hasRightOrigin) === 0 ? null : readId(bytes)
  let root: string | null = null
  let parent: Id | null = null
  let key: string | null = null
  if (origin === null && rightOrigin === null) {
    if (readIsRoot(bytes)) root = bytes.text()
    else parent = readId(bytes)
    if ((info & hasKey) !== 0) key = bytes.text()
  }
  const contentAt = bytes.at
  const { kind, length, value } = readContent(bytes, info & kindBits)
  possibleLength(clock, length)
  const to = bytes.at
  return {
    kind,
    client,
    clock,
    length,
    origin,
    rightOrigin,
    root,
    parent,
    key,
    value,
    from,
    contentAt,
    to,
  }
}

function readId(bytes: StrictBytes): Id {
  return { client: bytes.varUint(), clock: bytes.varUint() }
}

function readIsRoot(bytes: StrictBytes): boolean {
  const flag = bytes.varUint()
  return flag <= 1 ? flag === 1 : unreadable('a parent of no known kind')
}

type Content = Readonly<{ kind: ItemRead['kind']; length: number; value: unknown }>

/** Kinds of type that have a name: YXmlElement, YXmlHook. */
const namedTypes: readonly number[] = [3, 5]
const typesMax = 6

/** By the numbers of yjs' contentRefs. */
function readContent(bytes: StrictBytes, ref: number): Content {
  switch (ref) {
    case deletedRef:
      return { kind: 'deleted', length: bytes.varUint(), value: undefined }
    case 2:
      return other(skipEach(bytes, 'text'))
    case 3:
      bytes.sized()
      return other(1)
    case 4:
      return other(bytes.text().length)
    case 5:
      bytes.text()
      return other(1)
    case 6:
      bytes.text()
      bytes.text()
      return other(1)
    case 7:
      skipType(bytes)
      return other(1)
    case 8:
      return readAnyContent(bytes)
    case 9:
      bytes.text()
      bytes.any()
      return other(1)
    default:
      return unreadable('content of no known kind')
  }
}

function other(length: number): Content {
  return { kind: 'other', length, value: undefined }
}

function readAnyContent(bytes: StrictBytes): Content {
  const start = bytes.at
  if (bytes.varUint() === 1) return { kind: 'any', length: 1, value: bytes.any() }
  bytes.at = start
  return { kind: 'any', length: skipEach(bytes, 'any'), value: undefined }
}

/** Reads a number, and over as many; returns it. */
function skipEach(bytes: StrictBytes, part: 'text' | 'any'): number {
  const count = bytes.varUint()
  for (let left = count; left > 0; left--) bytes[part]()
  return count
}

function skipType(bytes: StrictBytes): void {
  const type = bytes.varUint()
  if (type > typesMax) unreadable('a type of no known kind')
  if (namedTypes.includes(type)) bytes.text()
}
