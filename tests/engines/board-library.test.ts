/** A person's library: kept whole or not at all, put on a board in one action, and taken out for as long as one likes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { libraryItemsMax } from '#shared/limits.ts'
import { Library } from '#web/board/io/library.ts'
import type { KeptEntries } from '#web/sync/world.ts'
import { Drawer, FakeLive, FakeWorld } from '../support/fake-board.ts'

/** What a device keeps, until it is full. */
class FakeKept implements KeptEntries {
  readonly entries = new Map<string, unknown>()
  roomFor = Infinity

  all = (): Promise<[string, unknown][]> => Promise.resolve([...this.entries])

  put = (key: string, value: unknown): Promise<void> => {
    if (this.entries.size >= this.roomFor) return Promise.reject(new Error('full'))
    this.entries.set(key, structuredClone(value))
    return Promise.resolve()
  }

  remove = (key: string): Promise<void> => {
    this.entries.delete(key)
    return Promise.resolve()
  }

  close = (): void => undefined
}

function aliceWithLibrary() {
  const alice = new Drawer(1, { world: new FakeWorld(), live: new FakeLive() })
  const kept = new FakeKept()
  const host = { getBoundingClientRect: () => ({ left: 100, top: 50 }) } as HTMLElement
  return { alice, kept, library: new Library({ editor: () => alice.editor, host, kept }) }
}

const box = (x: number, type = 'rectangle') => ({ id: type, type, x, y: 0, width: 10, height: 10 })
const fileOf = (...library: readonly unknown[]): Blob =>
  new Blob([JSON.stringify({ type: 'excalidrawlib', version: 1, library })])

test('[BO15] a drawing is put on the board in one action, where it is wanted, and gone with one undo', async () => {
  const { alice, kept, library } = aliceWithLibrary()
  const file = fileOf([box(0), box(40, 'ellipse')], [box(0, 'diamond')])
  assert.deepEqual(await library.open(file), { addedCount: 2, damagedCount: 0 })
  // The first of the file is the newest, and stands first.
  const [second = '', first = ''] = [...kept.entries.keys()].sort()
  const writes = alice.document.writes()
  const to = alice.editor.toBoard({ x: 300, y: 200 })
  assert.ok(await library.place(first, { x: 400, y: 250 }))
  assert.equal(alice.document.writes(), writes + 1)
  const shapes = alice.board.pile()
  assert.deepEqual(
    shapes.map(({ kind }) => kind),
    ['rectangle', 'ellipse'],
  )
  assert.equal(alice.editor.selection.ids.size, 2)
  assert.deepEqual([shapes[0]?.place.x, shapes[0]?.place.y], [to.x - 25, to.y - 5])
  assert.ok(await library.place(second, null))
  assert.equal(alice.board.pile().length, 3)
  alice.editor.undo()
  alice.editor.undo()
  assert.equal(alice.board.pile().length, 0)
})

test('[BO15] what is chosen becomes one drawing, named after its words, and comes back the same', async () => {
  const { alice, kept, library } = aliceWithLibrary()
  assert.equal(await library.addChosen(), 'only-pictures', 'nothing is chosen')
  await library.open(fileOf([{ ...box(0, 'text'), text: 'Server\nroom' }, box(40)]))
  await library.place([...kept.entries.keys()][0] ?? '', null)
  assert.deepEqual(await library.addChosen(), { addedCount: 1, damagedCount: 0 })
  const [, newest = ['', {}]] = [...kept.entries]
  assert.equal((newest[1] as { name: string }).name, 'Server')
  assert.ok(await library.place(newest[0], null))
  const looks = alice.board.pile().map(({ kind, text, style }) => ({ kind, text, style }))
  assert.deepEqual(looks.slice(2), looks.slice(0, 2))
})

test('[BO15] what does not fit is not kept in part, and who may not draw changes nothing', async () => {
  const { alice, kept, library } = aliceWithLibrary()
  kept.roomFor = 1
  assert.equal(await library.open(fileOf([box(0)], [box(0)])), 'not-kept')
  assert.equal(kept.entries.size, 0)
  kept.roomFor = Infinity
  await library.open(fileOf([box(0)]))
  const many = Array.from({ length: libraryItemsMax }, () => [box(0)])
  assert.equal(await library.open(fileOf(...many)), 'full')
  assert.equal(kept.entries.size, 1)
  const [id = ''] = kept.entries.keys()
  alice.document.set({ canWrite: false })
  assert.equal(await library.place(id, null), false)
  assert.equal(alice.board.pile().length, 0)
})

test('[BO15] a drawing that is removed can be put back; what is kept and not sound is passed over', async () => {
  const { alice, kept, library } = aliceWithLibrary()
  await library.open(fileOf([box(0)]))
  const [id = ''] = kept.entries.keys()
  const restore = await library.remove(id)
  assert.equal(await library.place(id, null), false)
  await restore()
  for (const [key, value] of [
    ['1', null],
    ['2', { name: 'x' }],
    ['3', { name: 'x', text: '{' }],
  ] as const)
    await kept.put(key, value)
  assert.equal(await library.place('3', null), false)
  assert.ok(await library.place(id, null))
  assert.equal(alice.board.pile().length, 1)
})
