/** Files on a board: brought in one action, and pictures that hold the board they show. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { deflateSync } from 'node:zlib'
import { importPicturesSizeMax, importSizeMax } from '#shared/limits.ts'
import { toSvg } from '#web/board/io/export.ts'
import { embedInPng, sceneInPng, sceneInSvg } from '#web/board/io/embedded-scene.ts'
import type { PictureData } from '#web/board/io/export-pictures.ts'
import { bring, readFile } from '#web/board/io/import.ts'
import { Drawer, FakeLive, FakeWorld } from '../support/fake-board.ts'

const scene = JSON.stringify({
  type: 'excalidraw',
  elements: [
    { id: 'a', type: 'rectangle', x: 9_000, y: 9_000, width: 100, height: 50, locked: true, groupIds: ['g'] },
    { id: 'b', type: 'ellipse', x: 9_300, y: 9_000, width: 100, height: 50, groupIds: ['g'] },
    {
      id: 'c',
      type: 'arrow',
      x: 9_000,
      y: 9_000,
      points: [
        [0, 0],
        [1, 1],
      ],
      startBinding: { elementId: 'a' },
      endBinding: { elementId: 'b' },
    },
    { id: 'd', type: 'text', x: 9_000, y: 9_100, width: 50, height: 20, text: 'Größe <b>&"\u{1F600}' },
  ],
})
/** The smallest PNG there is: one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const inks = Array.from({ length: 8 }, () => 'black')
const theme = {
  inks,
  text: 'black',
  background: 'white',
  accent: 'blue',
  bad: 'red',
  onColour: 'white',
  font: 'Inter',
}

test('[BO12] a file comes in as one action: chosen, holding on to each other, and gone with one undo', async () => {
  const alice = new Drawer(1, { world: new FakeWorld(), live: new FakeLive() })
  alice.make('rectangle', 10, 10, 60, 60)
  const before = alice.board.pile().length
  const read = await readFile(new Blob([scene]))
  assert.ok(read.kind === 'read')
  const writes = alice.document.writes()
  assert.ok(bring(alice.editor, read.figures))
  assert.equal(alice.document.writes(), writes + 1)
  assert.equal(alice.board.pile().length, before + 4)
  assert.equal(alice.editor.selection.ids.size, 4)
  const [box, ellipse, arrow, text] = alice.board.pile().slice(before)
  assert.deepEqual([arrow?.line?.ends.startsAt?.id, arrow?.line?.ends.endsAt?.id], [box?.id, ellipse?.id])
  assert.equal(box?.isLocked, true)
  assert.deepEqual(box.groups, ellipse?.groups)
  assert.equal(text?.text, 'Größe <b>&"\u{1F600}')
  alice.editor.undo()
  assert.equal(alice.board.pile().length, before)
})

test('[BO12] who may not draw changes nothing by a file', async () => {
  const alice = new Drawer(1, { world: new FakeWorld(), live: new FakeLive() })
  const read = await readFile(new Blob([scene]))
  assert.ok(read.kind === 'read')
  alice.document.set({ canWrite: false })
  assert.equal(bring(alice.editor, read.figures), false)
  assert.equal(alice.document.writes(), 0)
})

test('[BO12] a picture holds its scene: what was put in comes out, and the picture is as it was', async () => {
  const png = embedInPng(pixel, scene)
  assert.deepEqual(JSON.parse((await sceneInPng(png)) ?? ''), JSON.parse(scene))
  assert.deepEqual(png.subarray(0, pixel.length - 12), new Uint8Array(pixel.subarray(0, -12)))
  assert.equal(await sceneInPng(pixel), null)
  assert.equal(await sceneInPng(png.subarray(0, 200)), null, 'what was cut off')
})

test('[BO12] a scene that Excalidraw has packed is unpacked, but to no more than a file may have', async () => {
  const packed = (text: string): string => {
    const encoded = deflateSync(text).toString('latin1')
    return JSON.stringify({ version: '1', encoding: 'bstring', compressed: true, encoded })
  }
  assert.equal(await sceneInPng(embedInPng(pixel, packed(scene))), scene)
  assert.equal(
    await sceneInPng(embedInPng(pixel, packed(' '.repeat(importSizeMax + importPicturesSizeMax + 1)))),
    null,
  )
  assert.equal(
    await sceneInPng(embedInPng(pixel, '{"encoding":"bstring","compressed":true,"encoded":"no"}')),
    null,
  )
})

const pictures: PictureData = { blobs: new Map(), dataUrls: new Map(), missingCount: 0 }

test('[BO12] an SVG shows every figure, escapes every word, and opens as a board again', async () => {
  const read = await readFile(new Blob([scene]))
  assert.ok(read.kind === 'read')
  const letters = { width: (text: string, size: number) => (text.length * size) / 2 }
  const wish = { scale: 1, hasBackground: true, hasScene: true } as const
  const svg = toSvg(read.figures, wish, { theme, letters, pictures })
  assert.ok(svg.includes('Größe &lt;b&gt;&amp;&quot;\u{1F600}</text>'))
  assert.ok(!svg.includes('<b>'))
  // Two boxes, a line with a head, words, and the ground.
  assert.equal(svg.match(/<(path|text|rect) /g)?.length, 6)
  const again = await readFile(new Blob([svg]))
  assert.ok(again.kind === 'read')
  assert.deepEqual(
    again.figures.map(({ kind, place }) => [kind, place]),
    read.figures.map(({ kind, place }) => [kind, place]),
  )
  assert.ok(
    !toSvg(
      read.figures,
      { ...wish, hasBackground: false, hasScene: false },
      { theme, letters, pictures },
    ).includes('payload'),
  )
  assert.equal(await sceneInSvg('<svg/>'), null)
  assert.deepEqual(await readFile(new Blob(['<svg/>'])), { kind: 'fault', fault: 'not-excalidraw' })
})
