/** Files: what a message may say of them, and what their bytes are. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isMessageValue } from '#shared/chat/message.ts'
import {
  cleanFileName,
  cleanFileType,
  hashesOf,
  isFileList,
  isFileName,
  textOfFiles,
  type FileHash,
  type FileValue,
} from '#shared/files/file.ts'
import { sniff } from '#shared/files/sniff.ts'
import { fileNameLengthMax, filesPerMessageMax, messageLengthMax } from '#shared/limits.ts'
import { jpegHead, pngHead } from '../support/files.ts'

const hash = 'a1'.repeat(32) as FileHash
const other = 'b2'.repeat(32) as FileHash
const notes: FileValue = { b: hash, n: 'notes.txt', m: 'text/plain', s: 12 }
const photo: FileValue = { b: hash, n: 'sea.jpg', m: 'image/jpeg', s: 12_000, w: 1_600, h: 1_200, p: other }

test('[FI5] a message may have files, and is none where one of them is not as the schema has it', () => {
  assert.ok(isMessageValue({ x: 'notes.txt, sea.jpg', l: 1, fs: [notes, photo] }))
  assert.ok(!isMessageValue({ x: '', l: 1, fs: [notes] }), 'it always says something')
  const wrong: readonly unknown[] = [
    [],
    null,
    notes,
    [{ ...notes, x: 1 }],
    [{ ...notes, b: hash.toUpperCase() }],
    [{ ...notes, s: 0 }],
    [{ ...notes, s: 1.5 }],
    [{ ...notes, m: 'text/html; charset=utf-8' }],
    [{ ...notes, w: 10 }],
    [{ ...notes, p: other }],
    [{ ...photo, w: 10_000, h: 5_001 }],
    Array<FileValue>(filesPerMessageMax + 1).fill(notes),
  ]
  for (const fs of wrong) assert.ok(!isMessageValue({ x: 'x', l: 1, fs }), JSON.stringify(fs).slice(0, 80))
  assert.ok(isFileList(Array<FileValue>(filesPerMessageMax).fill(photo)))
})

test('[FI5] whoever does not show files reads their names, never more than a message holds', () => {
  assert.equal(textOfFiles([notes, photo]), 'notes.txt, sea.jpg')
  const long = { ...notes, n: 'n'.repeat(fileNameLengthMax) }
  const text = textOfFiles(Array<FileValue>(filesPerMessageMax).fill(long))
  assert.ok(text.length <= messageLengthMax)
  assert.deepEqual(hashesOf([photo, notes]), [hash, other])
  assert.deepEqual(hashesOf(undefined), [])
})

test('[U-03] a name that leads out of a folder, hides its end or is too long is no file’s', () => {
  for (const name of ['../../x', 'a\0.png', 'n'.repeat(300), '..\\x', 'a\nb', '\u202Egpj.exe', '', ' ']) {
    assert.ok(!isFileName(name), JSON.stringify(name))
    assert.ok(!isMessageValue({ x: 'x', l: 1, fs: [{ ...notes, n: name }] }), JSON.stringify(name))
    assert.ok(isFileName(cleanFileName(name)), JSON.stringify(cleanFileName(name)))
  }
  assert.equal(cleanFileName('../../x'), '.._.._x')
  assert.equal(cleanFileName('Über die See.pdf'), 'Über die See.pdf')
  assert.match(cleanFileName(`${'n'.repeat(300)}.tar.gz`), /^n+…n+\.tar\.gz$/)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (raw) => {
      const name = cleanFileName(raw)
      assert.ok(isFileName(name))
      assert.equal(cleanFileName(name), name)
      assert.ok(isFileList([{ ...notes, n: name, m: cleanFileType(raw) }]))
    }),
  )
})

test('[FI6] [U-01] what a file is its bytes say: markup and programs are nothing that is shown', () => {
  const text = (said: string) => sniff(new TextEncoder().encode(said))
  for (const said of ['<svg xmlns="http://www.w3.org/2000/svg">', '<!doctype html>', '<?xml version="1.0"?>'])
    assert.equal(text(said), null)
  for (const said of ['MZ', '#!/bin/sh', '%PDF-1.7', 'PK\x03\x04', '']) assert.equal(text(said), null)
  assert.deepEqual(sniff(pngHead(3, 2)), { type: 'image/png', picture: { width: 3, height: 2 } })
  assert.deepEqual(sniff(jpegHead(640, 480, 60_000)), {
    type: 'image/jpeg',
    picture: { width: 640, height: 480 },
  })
  const gif = Buffer.from('GIF89a\x05\x00\x04\x00', 'latin1')
  assert.deepEqual(sniff(gif)?.picture, { width: 5, height: 4 })
  assert.equal(sniff(Buffer.from('\x00\x00\x00\x18ftypisom', 'latin1'))?.type, 'video/mp4')
  assert.equal(sniff(Buffer.from('\x00\x00\x00\x18ftypheic', 'latin1')), null)
  assert.equal(sniff(Buffer.from('OggS\0', 'latin1'))?.type, 'audio/ogg')
  assert.equal(sniff(pngHead(3, 2).subarray(0, 20)), null, 'it ends before its size')
})

test('[U-02] a picture of more than 50 megapixels, or of none, is not shown', () => {
  assert.notEqual(sniff(pngHead(10_000, 5_000)), null)
  assert.equal(sniff(pngHead(10_000, 5_001)), null)
  assert.equal(sniff(pngHead(2 ** 31, 2 ** 31)), null)
  assert.equal(sniff(jpegHead(60_000, 60_000)), null)
  assert.equal(sniff(pngHead(0, 7)), null)
})

test('[FI6] no bytes make it throw or turn for ever', () => {
  const starts = ['\x89PNG\r\n\x1a\n', 'GIF89a', '\xff\xd8\xff', 'RIFF\0\0\0\0WEBP', '\0\0\0\0ftypavif', '']
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const found = sniff(Buffer.concat([Buffer.from(start, 'latin1'), rest]))
      assert.ok(found === null || found.picture === null || found.picture.width * found.picture.height <= 5e7)
    }),
  )
})
