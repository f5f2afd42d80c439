/**
 * The markdown subset of messages as a tree: paragraphs, lists, quotes and fenced code, with marks inside (marks.ts).
 *
 * Rules CH5 and CH10 of docs/PROTOCOL.md. A tree of plain words, which the page makes into text nodes: there is no way
 * to HTML. Every line is read once for each list or quote it stands in, and nothing nests deeper than `depthMax`
 * what is deeper is shown as it was typed. Pure.
 */
import { parseMarks, type Inline } from './marks.ts'
import { mentionPattern, type NamedPeople } from './mentions.ts'

export type { Inline } from './marks.ts'

export type Block =
  | Readonly<{ kind: 'paragraph'; children: readonly Inline[] }>
  | Readonly<{ kind: 'quote'; blocks: readonly Block[] }>
  /** `start` is the first number, or null where the items have none. */
  | Readonly<{ kind: 'list'; start: number | null; items: readonly (readonly Block[])[] }>
  /** `language` is the word behind the fence, in small letters; empty where there is none. */
  | Readonly<{ kind: 'code'; language: string; text: string }>

const depthMax = 6

const fencePattern = /^ {0,3}(`{3,}|~{3,})([^`~]*)$/
const quotePattern = /^ {0,3}> ?/
/** A marker alone is no item: it may be a dash. */
const itemPattern = /^( {0,3})([-*+]|\d{1,9}[.)])( +)(?=\S)/
/** So far to the right of its marker a line belongs to the item. */
const itemIndentMin = 2
const tab = '    '

type Parsed<B extends Block = Block> = Readonly<{ block: B; next: number }>

/** `people` are those that the message mentions, by the name it has them under. */
export function parseMarkdown(text: string, people: NamedPeople = new Map()): readonly Block[] {
  const mention = people.size === 0 ? null : mentionPattern(people.keys())
  const lines = text.split(/\r?\n/)
  return parseBlocks(lines, 0, (line) => parseMarks(line, { people, mention }))
}

type Marks = (line: string) => readonly Inline[]

function parseBlocks(lines: readonly string[], depth: number, marks: Marks): readonly Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < lines.length;) {
    const kind = depth < depthMax ? kindOf(lines[at] ?? '') : flatKindOf(lines[at] ?? '')
    if (kind === 'blank') {
      at += 1
      continue
    }
    const { block, next } = parsers[kind](lines, at, depth, marks)
    blocks.push(block)
    at = next
  }
  return blocks
}

type Kind = 'blank' | Block['kind']

function kindOf(line: string): Kind {
  if (fencePattern.test(line)) return 'code'
  if (quotePattern.test(line)) return 'quote'
  return itemPattern.test(line) ? 'list' : flatKindOf(line)
}

function flatKindOf(line: string): Kind {
  return line.trim() === '' ? 'blank' : 'paragraph'
}

const parsers = { paragraph: parseParagraph, quote: parseQuote, list: parseList, code: parseCode } as const

function parseParagraph(lines: readonly string[], first: number, depth: number, marks: Marks): Parsed {
  let next = first + 1
  while (next < lines.length && goesOn(lines[next] ?? '', depth)) next += 1
  const children: Inline[] = []
  for (const line of lines.slice(first, next)) {
    if (children.length > 0) children.push({ kind: 'text', text: '\n' })
    children.push(...marks(line))
  }
  return { block: { kind: 'paragraph', children: joined(children) }, next }
}

/** A sentence may have a number at the beginning of a line: only a first item interrupts it. */
function goesOn(line: string, depth: number): boolean {
  if (depth >= depthMax) return flatKindOf(line) === 'paragraph'
  const kind = kindOf(line)
  const number = kind === 'list' ? numberOf(itemPattern.exec(line)?.[2] ?? '') : null
  return kind === 'paragraph' || (number !== null && number !== 1)
}

function parseQuote(lines: readonly string[], first: number, depth: number, marks: Marks): Parsed {
  let next = first
  while (next < lines.length && quotePattern.test(lines[next] ?? '')) next += 1
  const quoted = lines.slice(first, next).map((line) => line.replace(quotePattern, ''))
  return { block: { kind: 'quote', blocks: parseBlocks(quoted, depth + 1, marks) }, next }
}

function parseList(lines: readonly string[], first: number, depth: number, marks: Marks): Parsed {
  const marker = itemPattern.exec(lines[first] ?? '')?.[2] ?? ''
  const items: (readonly Block[])[] = []
  let next = first
  for (;;) {
    const match = itemPattern.exec(lines[next] ?? '')
    if (match === null || !isSameList(marker, match[2] ?? '')) break
    const [whole, before = ''] = match
    const item = [(lines[next] ?? '').slice(whole.length)]
    next += 1
    for (; next < lines.length; next += 1) {
      const line = lines[next] ?? ''
      const indent = indentOf(line)
      if (line.trim() !== '' && indent < before.length + itemIndentMin) break
      item.push(outdent(line, whole.length))
    }
    items.push(parseBlocks(item, depth + 1, marks))
  }
  return { block: { kind: 'list', start: numberOf(marker), items }, next }
}

/** Bullets go on with bullets, and numbers with numbers. */
function isSameList(a: string, b: string): boolean {
  return (numberOf(a) === null) === (numberOf(b) === null) && a.at(-1) === b.at(-1)
}

function numberOf(marker: string): number | null {
  return /^\d/.test(marker) ? parseInt(marker, 10) : null
}

function parseCode(lines: readonly string[], first: number): Parsed {
  const [, fence = '', info = ''] = fencePattern.exec(lines[first] ?? '') ?? []
  const indent = indentOf(lines[first] ?? '')
  let next = first + 1
  while (next < lines.length && !closes(lines[next] ?? '', fence)) next += 1
  const text = lines.slice(first + 1, next).map((line) => outdent(line, indent))
  const language = /^\s*([\w+#.-]{1,32})/.exec(info)?.[1]?.toLowerCase() ?? ''
  return { block: { kind: 'code', language, text: text.join('\n') }, next: next + 1 }
}

function closes(line: string, fence: string): boolean {
  const [, closing = '', info = ''] = fencePattern.exec(line) ?? []
  return closing[0] === fence[0] && closing.length >= fence.length && info.trim() === ''
}

/** Columns of space before the first word; a tab is as wide as editors show it. */
function indentOf(line: string): number {
  return line.slice(0, line.length - line.trimStart().length).replaceAll('\t', tab).length
}

/** Without so many columns of space at its beginning. */
function outdent(line: string, columns: number): string {
  let at = 0
  for (let left = columns; left > 0 && /\s/.test(line[at] ?? ''); at += 1)
    left -= line[at] === '\t' ? tab.length : 1
  return line.slice(at)
}

/** Neighbouring texts are one. */
function joined(parts: readonly Inline[]): readonly Inline[] {
  const done: Inline[] = []
  for (const part of parts) {
    const last = done.at(-1)
    if (part.kind === 'text' && last?.kind === 'text')
      done[done.length - 1] = { kind: 'text', text: last.text + part.text }
    else done.push(part)
  }
  return done
}
