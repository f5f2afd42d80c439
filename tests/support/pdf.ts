/**
 * A PDF read back, strictly: what is not as ISO 32000-1 has it fails. It knows what our own writer writes, and shares
 * nothing with it.
 */
import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'

type PdfObject = Readonly<{ value: string; stream: Buffer | null }>

export type ReadPdf = Readonly<{
  title: string
  pages: readonly Readonly<{
    /** Points. */
    width: number
    height: number
    /** Operators, unpacked. */
    content: string
    /** One for each line that is written, in their order. */
    texts: readonly string[]
  }>[]
  /** What the pages are called, if they are. */
  outline: readonly string[]
  /** Streams by what they are said to be: as they stand in the file, unpacked where FlateDecode has packed them. */
  pictures: readonly PdfObject[]
}>

export function readPdf(bytes: Uint8Array): ReadPdf {
  const file = Buffer.from(bytes)
  const objects = objectsOf(file)
  const at = (id: number): PdfObject => {
    const object = objects.get(id)
    assert.ok(object !== undefined, `object ${String(id)} is there`)
    return object
  }
  for (const { value } of objects.values()) for (const id of refsIn(value)) at(id)
  const trailer = /trailer\n(.*)\nstartxref/u.exec(file.toString('latin1'))?.[1] ?? ''
  const root = at(refOf(trailer, 'Root')).value
  const tree = at(refOf(root, 'Pages')).value
  const resources = at(refOf(tree, 'Resources')).value
  const pageIds = refsIn(/\/Kids \[(.*?)\]/u.exec(tree)?.[1] ?? '')
  assert.equal(numberOf(tree, 'Count'), pageIds.length)
  const fonts = new Map(
    [...resources.matchAll(/\/([FU]\d+) (\d+) 0 R/gu)].map(([, name = '', id]) => [
      name,
      charactersOf(at(refOf(at(Number(id)).value, 'ToUnicode'))),
    ]),
  )
  const pages = pageIds.map((id) => {
    const { value } = at(id)
    assert.match(value, /\/Type \/Page /u)
    const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/u.exec(value) ?? []
    const content = at(refOf(value, 'Contents')).stream?.toString('latin1') ?? ''
    for (const [, name = ''] of content.matchAll(/\/(\w+) (?:gs|Do|[\d.]+ Tf)\b/gu))
      assert.ok(resources.includes(`/${name} `), `${name} is among the resources`)
    return { width: Number(width), height: Number(height), content, texts: textsOf(content, fonts) }
  })
  return {
    title: wordsIn(at(refOf(trailer, 'Info')).value, 'Title'),
    pages,
    outline: root.includes('/Outlines') ? outlineOf(at(refOf(root, 'Outlines')), at) : [],
    pictures: [...objects.values()].filter(({ value }) => value.includes('/Subtype /Image')),
  }
}

/** Each object where the table says that it begins, whole, and nothing between them. */
function objectsOf(file: Buffer): Map<number, PdfObject> {
  const text = file.toString('latin1')
  assert.match(text, /^%PDF-1\.7\n%[\u0080-\u00ff]{4}\n/u)
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/u.exec(text)?.[1])
  const [, count, table = ''] =
    /^xref\n0 (\d+)\n((?:\d{10} \d{5} [fn] \n)+)trailer\n/u.exec(text.slice(start)) ?? []
  const entries = table.match(/.{20}/gsu) ?? []
  assert.equal(entries.length, Number(count))
  assert.equal(entries[0], '0000000000 65535 f \n')
  const objects = new Map<number, PdfObject>()
  let end = 15
  entries.slice(1).forEach((entry, index) => {
    const at = Number(entry.slice(0, 10))
    assert.equal(at, end, 'objects follow each other')
    const head = `${String(index + 1)} 0 obj\n`
    assert.equal(text.slice(at, at + head.length), head)
    const line = text.indexOf('\n', at + head.length)
    const value = text.slice(at + head.length, line)
    const size = text.startsWith('stream\n', line + 1) ? numberOf(value, 'Length') : null
    const from = line + 1 + 'stream\n'.length
    end = size === null ? line + 1 : from + size + '\nendstream\n'.length
    if (size !== null) assert.equal(text.slice(from + size, end), '\nendstream\n')
    assert.equal(text.slice(end, end + 7), 'endobj\n')
    end += 7
    const raw = size === null ? null : file.subarray(from, from + size)
    const stream = raw !== null && value.includes('/FlateDecode') ? inflateSync(raw) : raw
    objects.set(index + 1, { value, stream })
  })
  assert.equal(end, start, 'and the table follows them')
  return objects
}

function refsIn(value: string): number[] {
  return [...value.matchAll(/(\d+) 0 R/gu)].map(([, id]) => Number(id))
}

function refOf(value: string, key: string): number {
  return Number(new RegExp(`/${key} (\\d+) 0 R`, 'u').exec(value)?.[1])
}

function numberOf(value: string, key: string): number {
  return Number(new RegExp(`/${key} (\\d+)(?! 0 R)`, 'u').exec(value)?.[1])
}

function wordsIn(value: string, key: string): string {
  const [, digits = ''] = new RegExp(`/${key} <feff([0-9a-f]*)>`, 'u').exec(value) ?? []
  return fromHex(digits)
}

function fromHex(digits: string): string {
  return String.fromCharCode(...(digits.match(/.{4}/gu) ?? []).map((unit) => Number.parseInt(unit, 16)))
}

/** What the codes of a font stand for, by their hexadecimal digits. */
function charactersOf({ stream }: PdfObject): ReadonlyMap<string, string> {
  const pairs = stream?.toString('latin1').matchAll(/^<([0-9a-f]+)> <([0-9a-f]+)>$/gmu) ?? []
  return new Map([...pairs].map(([, code = '', digits = '']) => [code, fromHex(digits)]))
}

function textsOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  return [...content.matchAll(/^BT$(.*?)^ET$/gmsu)].map(([, words = '']) => {
    let text = ''
    let name = ''
    for (const [, font, codes = ''] of words.matchAll(/\/(\w+) [\d.]+ Tf|<([0-9a-f]*)>/gu)) {
      name = font ?? name
      const size = name.startsWith('U') ? 2 : 4
      for (let at = 0; at < codes.length; at += size) {
        const letter = fonts.get(name)?.get(codes.slice(at, at + size))
        assert.ok(letter !== undefined, `${codes} of ${name} stands for something`)
        text += letter
      }
    }
    return text
  })
}

function outlineOf({ value }: PdfObject, at: (id: number) => PdfObject): string[] {
  const titles: string[] = []
  for (let id = refOf(value, 'First'); !Number.isNaN(id); id = refOf(at(id).value, 'Next'))
    titles.push(wordsIn(at(id).value, 'Title'))
  assert.equal(titles.length, numberOf(value, 'Count'))
  return titles
}
