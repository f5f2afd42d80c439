/** The strict reader of updates, beside the one of Yjs. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as encoding from 'lib0/encoding'
import fc from 'fast-check'
import * as Y from 'yjs'
import { StrictBytes, Unreadable, valueDepthMax, valuePartsMax } from '#shared/sync/strict-bytes.ts'
import { readUpdate, type RangeRead, type StructRead } from '#shared/sync/update-reader.ts'
import { anyContent, anyOf, entryIn, gc, handmade } from '../fuzz/handmade.ts'

type Read = Readonly<{ reason: string | null; structs: readonly StructRead[]; ranges: readonly RangeRead[] }>

function read(update: Uint8Array): Read {
  const structs: StructRead[] = []
  const ranges: RangeRead[] = []
  const reason = readUpdate(update, {
    onStruct: (struct) => (structs.push(struct), null),
    onDelete: (range) => (ranges.push(range), null),
  })
  return { reason, structs, ranges }
}

/** The same of Yjs' own reading. */
function readByYjs(update: Uint8Array): Pick<Read, 'ranges'> & Readonly<{ structs: readonly unknown[] }> {
  const { structs, ds } = Y.decodeUpdate(update)
  return {
    structs: structs.map((struct) => {
      const extent = { client: struct.id.client, clock: struct.id.clock, length: struct.length }
      if (struct instanceof Y.GC) return { kind: 'gc', ...extent }
      if (!(struct instanceof Y.Item)) return { kind: 'skip', ...extent }
      const { content, origin, rightOrigin, parentSub } = struct
      const parent: unknown = struct.parent
      const arr: readonly unknown[] = content instanceof Y.ContentAny ? (content.arr as unknown[]) : []
      return {
        kind:
          content instanceof Y.ContentDeleted ? 'deleted' : content instanceof Y.ContentAny ? 'any' : 'other',
        ...extent,
        origin: plainId(origin),
        rightOrigin: plainId(rightOrigin),
        root: typeof parent === 'string' ? parent : null,
        parent: parent instanceof Y.ID ? plainId(parent) : null,
        key: parentSub,
        value: arr.length === 1 ? arr[0] : undefined,
      }
    }),
    ranges: [...ds.clients].flatMap(([client, ranges]) =>
      ranges.map(({ clock, len }) => ({ client, clock, length: len })),
    ),
  }
}

function plainId(id: Y.ID | null): Readonly<{ client: number; clock: number }> | null {
  return id === null ? null : { client: id.client, clock: id.clock }
}

/** One change of any kind that Yjs has. */
const change = fc.record({
  doc: fc.nat(2),
  kind: fc.constantFrom(
    'any',
    'binary',
    'text',
    'embed',
    'format',
    'array',
    'map',
    'xml',
    'doc',
    'delete',
    'merge',
  ),
  key: fc.constantFrom('a', 'b', 'ключ', ''),
  value: fc.jsonValue({ maxDepth: 3 }).filter((value) => !isOdd(value)),
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
})

type Change = Readonly<{ kind: string; key: string; value: unknown; text: string }>

function apply(doc: Y.Doc, { kind, key, value, text }: Change): void {
  const map = doc.getMap('map')
  const words = doc.getText('text')
  const list = doc.getArray('list')
  if (kind === 'any') map.set(key, value)
  else if (kind === 'binary') map.set(key, new TextEncoder().encode(text))
  else if (kind === 'text') words.insert(words.length, text)
  else if (kind === 'embed') words.insertEmbed(0, { text })
  else if (kind === 'format' && words.length > 0) words.format(0, 1, { bold: true })
  else if (kind === 'array') list.push([value, text, new Y.Array()])
  else if (kind === 'map') map.set(key, new Y.Map([[key, value]]))
  else if (kind === 'xml') map.set(key, new Y.XmlElement(text))
  else if (kind === 'doc') map.set(key, new Y.Doc())
  else if (kind === 'delete') map.delete(key)
}

test('whatever Yjs writes is read as Yjs reads it', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const docs = [1, 2, 3].map((clientId) => Object.assign(new Y.Doc(), { clientID: clientId }))
      const updates: Uint8Array[] = []
      for (const doc of docs) doc.on('update', (update) => updates.push(update))
      for (const each of changes) {
        const doc = docs[each.doc]
        const next = docs[(each.doc + 1) % docs.length]
        assert.ok(doc !== undefined && next !== undefined)
        if (each.kind === 'merge') Y.applyUpdate(doc, Y.encodeStateAsUpdate(next))
        else apply(doc, each)
      }
      updates.push(...docs.map((doc) => Y.encodeStateAsUpdate(doc)))
      for (const update of updates) {
        const { reason, structs, ranges } = read(update)
        assert.equal(reason, null)
        const plain = structs.map(({ from, to, ...struct }) => {
          if (!('contentAt' in struct)) return struct
          const { contentAt, ...item } = struct
          assert.ok(from < contentAt && contentAt <= to)
          return item
        })
        assert.deepEqual({ structs: plain, ranges }, readByYjs(update))
        assert.ok(structs.every(({ from, to }, index) => from < to && (structs[index + 1]?.from ?? to) >= to))
      }
    }),
  )
})

test('[W-02] an update that is cut anywhere is none', () => {
  const doc = new Y.Doc()
  doc.getMap('m').set('key', { x: 'words', l: 1, list: [1, 2.5, null, new Uint8Array(3)] })
  doc.getMap('m').delete('key')
  const update = Y.encodeStateAsUpdate(doc)
  assert.equal(read(update).reason, null)
  for (let length = 0; length < update.length; length++)
    assert.notEqual(read(update.subarray(0, length)).reason, null, `cut at ${length}`)
})

test('updates that are written as Yjs never would are refused, each with its reason', () => {
  const entry = entryIn('m', 'key', anyContent, anyOf(1))
  const section = (client: number, clock = 0) => ({ client, clock, structs: [entry] })
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [handmade([section(1), section(2)]), /out of order/],
    [handmade([{ client: 1, clock: 0, structs: [] }]), /without structs/],
    [handmade([section(1, Number.MAX_SAFE_INTEGER)]), /beyond 2\^53/],
    [handmade([{ client: 1, clock: 0, structs: [gc(0)] }]), /length of 0/],
    [handmade([], [{ client: 1, ranges: [] }]), /without deletions/],
    [
      handmade(
        [],
        [
          {
            client: 1,
            ranges: [
              [5, 1],
              [4, 1],
            ],
          },
        ],
      ),
      /out of order/,
    ],
    [
      handmade(
        [],
        [1, 2].map((client) => ({ client, ranges: [[0, 1]] })),
      ),
      /out of order/,
    ],
    [new Uint8Array([1, 1, 1, 0, 0x2b]), /too early|known kind/],
    [new Uint8Array([1, 1, 1, 0, 8, 2, 1]), /parent of no known kind/],
    [new Uint8Array([1, 1, 1, 0, 7, 1, 1, 109, 7]), /type of no known kind/],
    [new Uint8Array([0x80, 0, 0]), /shortest form/],
    [new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), /2\^53/],
  ]
  for (const [update, reason] of cases) assert.match(read(update).reason ?? 'it was read', reason)
})

test('what a visitor refuses is read no further', () => {
  const doc = new Y.Doc()
  for (const key of ['a', 'b', 'c']) doc.getMap('m').set(key, 1)
  let seen = 0
  const reason = readUpdate(Y.encodeStateAsUpdate(doc), {
    onStruct: () => ((seen += 1), seen === 2 ? 'enough' : null),
    onDelete: () => null,
  })
  assert.deepEqual({ reason, seen }, { reason: 'enough', seen: 2 })
})

const written = (value: unknown): Uint8Array =>
  encoding.encode((encoder) => encoding.writeAny(encoder, value as Parameters<typeof encoding.writeAny>[1]))

const isUnreadable = (bytes: Uint8Array, reason: RegExp): void => {
  assert.throws(
    () => new StrictBytes(bytes).any(),
    (error) => error instanceof Unreadable && reason.test(error.message),
  )
}

test('a value comes out as it went in', () => {
  const anything = fc.anything({ withNullPrototype: false, maxDepth: 4 }).filter((value) => !isOdd(value))
  fc.assert(
    fc.property(anything, (value) => {
      assert.deepEqual(new StrictBytes(written(value)).any(), value)
    }),
  )
  for (const value of [-0, 2 ** 31, -(2 ** 31), 2 ** 52, 0.1, 1.5, 2 ** 60, 'é'.repeat(40), '\ufeffmark'])
    assert.ok(Object.is(new StrictBytes(written(value)).any(), value), String(value))
})

/** Not for JSON: numbers that are none, and a field that would be a prototype. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value === 'string') return !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([field, inner]) => field === '__proto__' || !field.isWellFormed() || isOdd(inner),
  )
}

test('values that no schema has are unreadable', () => {
  let deep: unknown = 1
  for (let depth = 0; depth <= valueDepthMax; depth++) deep = [deep]
  isUnreadable(written(deep), /too deep/)
  isUnreadable(written(Array.from({ length: valuePartsMax }, () => null)), /too many parts/)
  isUnreadable(written(NaN), /none/)
  isUnreadable(written(-Infinity), /none/)
  isUnreadable(written(10n), /no known kind/)
  isUnreadable(new Uint8Array([118, 2, 1, 97, 126, 1, 97, 126]), /twice/)
  isUnreadable(new Uint8Array([116, 9, 1]), /too early/)
})

test('a byte array of a value is no view of the bytes it was read from', () => {
  const bytes = written({ p: new Uint8Array([1, 2, 3]) })
  const value = new StrictBytes(bytes).any()
  bytes.fill(0)
  assert.deepEqual(value, { p: new Uint8Array([1, 2, 3]) })
})
