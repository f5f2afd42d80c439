/** Pictures on a board without a page: laid out, unpacked within a limit, and brought to whoever waits for them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { unionBox } from '#shared/board/geometry.ts'
import { edgeBoxOf } from '#shared/board/outline.ts'
import type { ImageRow, PictureFields } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import { BoardPictures, type Bringing } from '#web/board/engine/board-pictures.ts'
import { laidOut, placePictures } from '#web/board/engine/place-pictures.ts'
import { Pictures, type PicturesWorld, type Wanted } from '#web/board/engine/pictures.ts'
import { takeFiles, type PictureKeeper } from '#web/board/io/files.ts'
import { Drawer, exchange, FakeLive, FakeWorld } from '../support/fake-board.ts'

const hashOf = (name: number): FileHash => String(name).padStart(64, '0') as FileHash
const picture = (name: number, width = 1_024, height = 512): PictureFields => ({
  b: hashOf(name),
  m: 'image/png',
  i: [width, height],
})
const rowOf = (fields: PictureFields): ImageRow => ({
  k: 'image',
  z: 'V',
  c: 0,
  w: 1,
  t: [0, 0, ...fields.i],
  ...fields,
})
const settle = () => new Promise((resolve) => setImmediate(resolve))
const room = () => ({ world: new FakeWorld(), live: new FakeLive() })

/** Bytes that are there when a test says so, and bitmaps that are counted. */
function pictureShop(time = new FakeWorld()) {
  const there = new Set<FileHash>()
  const asked: FileHash[] = []
  const unpacked: string[] = []
  let size = 0
  let broken = false
  const world: PicturesWorld = {
    nowMs: time.nowMs,
    after: time.after,
    load: (hash) => {
      asked.push(hash)
      return Promise.resolve(there.has(hash) ? new Blob(['x']) : null)
    },
    unpack: (_, width, height) => {
      if (broken) return Promise.reject(new Error('no picture'))
      unpacked.push(`${String(width)}×${String(height)}`)
      size += 4 * width * height
      const free = (): void => {
        size -= 4 * width * height
      }
      return Promise.resolve({ image: {} as CanvasImageSource, free })
    },
  }
  return { world, time, there, asked, unpacked, size: () => size, breakAll: () => (broken = true) }
}

const shown = (fields: PictureFields, part = 1): Wanted => ({
  row: rowOf(fields),
  width: fields.i[0] * part,
  height: fields.i[1] * part,
})

test('[BO8] a picture is unpacked as large as it is shown, and anew only when that is too small', async () => {
  const shop = pictureShop()
  const pictures = new Pictures(shop.world)
  shop.there.add(hashOf(1))
  assert.equal(pictures.lookOf(hashOf(1)).kind, 'coming')
  for (const part of [0.3, 0.26, 0.5, 0.3, 2]) {
    pictures.want([shown(picture(1), part)])
    await settle()
  }
  assert.deepEqual(shop.unpacked, ['512×256', '1024×512'])
  assert.equal(pictures.lookOf(hashOf(1)).kind, 'here')
  pictures[Symbol.dispose]()
  assert.equal(shop.size(), 0)
})

test('[BO8] what nobody has is asked for again and again, less and less often, and at once when it is brought', async () => {
  const shop = pictureShop()
  using pictures = new Pictures(shop.world)
  let changes = 0
  pictures.onChange(() => (changes += 1))
  pictures.want([shown(picture(1))])
  await settle()
  for (let second = 0; second < 120; second++) {
    shop.time.pass(1_000)
    await settle()
  }
  assert.ok(shop.asked.length >= 6 && shop.asked.length <= 10, String(shop.asked.length))
  const before = shop.asked.length
  shop.there.add(hashOf(1))
  pictures.arrived(hashOf(1))
  await settle()
  assert.deepEqual([shop.asked.length, changes], [before + 1, 1])
})

test('[BO8] what is unpacked stays within the limit: out of sight goes first, in sight gets coarser', async () => {
  const one = 4 * 1_024 * 512
  const shop = pictureShop()
  const pictures = new Pictures(shop.world, 2 * one)
  const all = [1, 2, 3, 4, 5].map((name) => picture(name))
  for (const each of all) {
    shop.there.add(each.b)
    pictures.want([shown(each)])
    await settle()
    assert.ok(shop.size() <= 2 * one)
    assert.equal(pictures.lookOf(each.b).kind, 'here')
  }
  assert.equal(pictures.lookOf(hashOf(1)).kind, 'coming')
  pictures.want(all.map((each) => shown(each)))
  for (let round = 0; round < 10; round++) await settle()
  for (const each of all) assert.equal(pictures.lookOf(each.b).kind, 'here')
  assert.equal(shop.size(), (5 * one) / 4, 'all of them alike')
  pictures[Symbol.dispose]()
  assert.equal(shop.size(), 0)
})

test('[BO8] wherever one looks and however one zooms, pictures come to rest within the limit, and all in sight are there', async () => {
  const sizeMax = 6 * 4 * 1_024 * 512
  const look = fc.record({
    from: fc.nat(20),
    count: fc.integer({ min: 1, max: 20 }),
    part: fc.constantFrom(2, 1, 0.5, 0.25, 0.1),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(look, { minLength: 1, maxLength: 6 }), async (looks) => {
      const shop = pictureShop()
      using pictures = new Pictures(shop.world, sizeMax)
      for (const { from, count, part } of looks) {
        const all = Array.from({ length: count }, (_, index) => picture(from + index))
        for (const { b } of all) shop.there.add(b)
        pictures.want(all.map((each) => shown(each, part)))
        for (let round = 0; round < 2 * count; round++) await settle()
        assert.ok(shop.size() <= sizeMax, `${String(shop.size())} bytes`)
        for (const { b } of all) assert.equal(pictures.lookOf(b).kind, 'here')
      }
    }),
    { numRuns: 60 },
  )
})

test('[BO8] bytes that are no picture leave the others alone, and are not asked for again', async () => {
  const shop = pictureShop()
  using pictures = new Pictures(shop.world)
  shop.there.add(hashOf(1))
  shop.breakAll()
  pictures.want([shown(picture(1))])
  await settle()
  shop.time.pass(100_000)
  pictures.arrived(hashOf(1))
  await settle()
  assert.deepEqual([pictures.lookOf(hashOf(1)).kind, shop.asked.length], ['broken', 1])
})

test('pictures lie beside each other within the view, in their proportions, none larger than life', () => {
  const side = fc.integer({ min: 1, max: 6_000 })
  const sizes = fc.array(fc.record({ width: side, height: side }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(sizes, (all) => {
      const places = laidOut(all, { width: 1_000, height: 700 }, { x: 50, y: -70 })
      const boxes = places.map(({ x, y, width, height }) => ({
        minX: x,
        minY: y,
        maxX: x + width,
        maxY: y + height,
      }))
      const box = boxes.reduce(unionBox)
      assert.ok(box.maxX - box.minX <= 1_000 && box.maxY - box.minY <= 700)
      places.forEach(({ width, height }, index) => {
        const { width: across = 1, height: down = 1 } = all[index] ?? {}
        assert.ok(width <= across + 1e-6 && height <= down + 1e-6)
        assert.ok(Math.abs(width / height / (across / down) - 1) < 1e-6)
      })
      boxes.forEach((a, i) => {
        for (const b of boxes.slice(i + 1))
          assert.ok(a.maxX <= b.minX || b.maxX <= a.minX || a.maxY <= b.minY || b.maxY <= a.minY)
      })
    }),
  )
})

test('[BO8] pictures are placed in one action; stretched they keep their proportion; and one undo takes each back', () => {
  using alice = new Drawer(1, room())
  alice.editor.view.setSize({ width: 800, height: 600 })
  assert.ok(placePictures(alice.editor, [picture(1, 400, 200), picture(2, 100, 100)], { x: 300, y: 0 }))
  assert.equal(alice.document.writes(), 1)
  const [first] = alice.board.pile()
  assert.ok(first !== undefined)
  alice.editor.selection.set([first.id])
  const corner = edgeBoxOf(first)
  const { x, y } = alice.editor.camera
  alice
    .down(corner.maxX - x, corner.maxY - y)
    .move(corner.maxX - x + 100, corner.maxY - y + 3)
    .up()
  const { width, height } = alice.now(first).place
  assert.ok(width > first.place.width + 50 && Math.abs(width / height - 2) < 0.01)
  alice.run('flip-x', 'duplicate')
  assert.deepEqual(
    alice.board.pile().flatMap(({ row }) => (row.k === 'image' ? [row.i] : [])),
    [
      [400, 200],
      [100, 100],
      [400, 200],
    ],
  )
  alice.run('undo', 'undo', 'undo', 'undo')
  assert.equal(alice.board.count, 0)
})

test('what was copied on one sheet is pasted on the next', () => {
  const world = new FakeWorld()
  using alice = new Drawer(1, { world, live: new FakeLive() })
  placePictures(alice.editor, [picture(1)], null)
  alice.run('copy')
  using next = new Drawer(1, { world, live: new FakeLive(), copied: alice.copied })
  next.run('paste')
  assert.deepEqual(
    next.board.pile().map(({ kind }) => kind),
    ['image'],
  )
})

test('[BO8] whoever has brought a picture says so, and whoever waits for it has it at once', async () => {
  const { world, live } = room()
  using alice = new Drawer(1, { world, live })
  using bob = new Drawer(2, { world, live })
  const shop = pictureShop(world)
  const pending = new Map<FileHash, Bringing>([
    [hashOf(1), { kind: 'waiting' }],
    [hashOf(9), { kind: 'waiting' }],
  ])
  const pinned: FileHash[] = []
  let tell = (): void => undefined
  const of = (drawer: Drawer) =>
    new BoardPictures({ doc: drawer.board, live: drawer.live, world: shop.world })
  using hers = of(alice)
  using his = of(bob)
  hers.follow({
    pending: () => pending,
    pin: (hash) => pinned.push(hash),
    retry: () => undefined,
    onChange: (listener) => {
      tell = listener
      return () => undefined
    },
  })
  placePictures(alice.editor, [picture(1)], null)
  exchange(alice.document.doc, bob.document.doc)
  assert.deepEqual([...hers.bringing.keys()], [hashOf(1)], 'what a message has is another’s')
  assert.deepEqual(pinned, [hashOf(1)])
  his.unpacked.want([...his.all()].map(({ row }) => ({ row, width: 100, height: 50 })))
  await settle()
  assert.equal(his.unpacked.lookOf(hashOf(1)).kind, 'coming')
  shop.there.add(hashOf(1))
  pending.delete(hashOf(1))
  tell()
  await settle()
  assert.equal(his.unpacked.lookOf(hashOf(1)).kind, 'here')
  assert.equal(hers.bringing.size, 0)
})

test('[BO8] of several files those that are pictures are placed, and each other one says why it is not', async () => {
  using alice = new Drawer(1, room())
  const kept: string[] = []
  const keeper: PictureKeeper = {
    isOpen: () => true,
    prepare: (file) =>
      Promise.resolve(
        file.size === 3
          ? { hash: hashOf(1), blob: new Blob(['abc'], { type: 'image/png' }), size: { width: 8, height: 8 } }
          : 'not-picture',
      ),
    keep: (_, __, name) => {
      kept.push(name)
      return Promise.resolve()
    },
  }
  const files = [new File(['abc'], 'sea.png'), new File(['notes'], 'notes.txt')]
  const taken = await takeFiles(alice.editor, files, null, keeper)
  assert.deepEqual(taken.refused, [{ name: 'notes.txt', fault: 'not-picture' }])
  assert.deepEqual([taken.placedCount, alice.board.count, kept], [1, 1, ['sea.png']])
  const many = Array.from({ length: 51 }, () => files[0]!)
  assert.equal((await takeFiles(alice.editor, many, null, keeper)).fault, 'too-many-pictures')
  const left = await takeFiles(alice.editor, files, null, { ...keeper, isOpen: () => false })
  assert.deepEqual([left.fault, alice.board.count], ['left', 1])
  alice.document.set({ canWrite: false })
  assert.equal((await takeFiles(alice.editor, files, null, keeper)).fault, 'read-only')
})
