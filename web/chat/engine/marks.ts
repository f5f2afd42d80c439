/**
 * The marks within a line of a message: strong, emphasis, struck out, code, links and mentions.
 *
 * Rules CH5 and CH10 of docs/PROTOCOL.md. Read from left to right once: what opens waits on a short stack until it is
 * closed, and is text if it never is. Pure.
 */
import type { Seat } from '#shared/ids.ts'
import type { NamedPeople } from './mentions.ts'

export type Inline =
  | Readonly<{ kind: 'text' | 'code'; text: string }>
  | Readonly<{ kind: 'strong' | 'emphasis' | 'struck'; children: readonly Inline[] }>
  | Readonly<{ kind: 'link'; href: string; children: readonly Inline[] }>
  /** `seat` is null for everybody; `name` is as it was written. */
  | Readonly<{ kind: 'mention'; seat: Seat | null; name: string }>

type Options = Readonly<{ people: NamedPeople; mention: RegExp | null; isInLink?: boolean }>

/** Marks within marks. */
const openMax = 6
/** UTF-16 code units of an address. */
const hrefLengthMax = 2_048
/** Parentheses within parentheses of an address: more are none, and would be looked through again and again. */
const parenthesesMax = 4

const special = /[\\`*_~[@]|https:\/\//g
/** What a backslash makes plain. An underscore after it marks nothing anyway. */
const escapable = /[\\`*~[\]@]/
const barePattern = /https:\/\/[^\s<>]+/y
const labelPattern = /\[([^[\]]+)\]\(/y

type Open = { char: string; count: number; children: Inline[] }

export function parseMarks(text: string, options: Options): readonly Inline[] {
  return new Line(text, options).parse()
}

class Line {
  readonly #text: string
  readonly #options: Options
  readonly #bottom: Open = { char: '', count: 0, children: [] }
  readonly #open: Open[] = []
  /** By the length of a run of backticks, where the last of them begins. */
  #lastTicks: ReadonlyMap<number, number> | null = null
  #plainFrom = 0
  #at = 0

  constructor(text: string, options: Options) {
    this.#text = text
    this.#options = options
  }

  parse(): readonly Inline[] {
    for (;;) {
      special.lastIndex = this.#at
      const match = special.exec(this.#text)
      if (match === null) break
      this.#at = match.index
      // Whoever reads something moves on behind it.
      this.#read(match[0])
    }
    this.#at = this.#text.length
    this.#flush()
    while (this.#open.length > 0) this.#giveUp()
    return this.#bottom.children
  }

  #read(mark: string): void {
    if (mark === '\\') this.#readEscape()
    else if (mark === '`') this.#readCode()
    else if (mark === '[') this.#readLink()
    else if (mark === '@') this.#readMention()
    else if (mark === '*' || mark === '_' || mark === '~') this.#readMarks(mark)
    else this.#readAddress()
  }

  #readEscape(): void {
    const next = this.#text[this.#at + 1] ?? ''
    if (!escapable.test(next)) {
      this.#at += 1
      return
    }
    this.#flush()
    this.#plainFrom = this.#at + 1
    this.#at += 2
  }

  #readCode(): void {
    const length = runLength(this.#text, this.#at, '`')
    const from = this.#at + length
    this.#lastTicks ??= lastRunsOf(this.#text)
    if ((this.#lastTicks.get(length) ?? -1) < from) {
      this.#at = from
      return
    }
    let end = this.#text.indexOf('`', from)
    for (;;) {
      const found = runLength(this.#text, end, '`')
      if (found === length) break
      end = this.#text.indexOf('`', end + found)
    }
    const inner = this.#text.slice(from, end)
    // A space at either end keeps backticks apart from those around them.
    const text =
      inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '' ? inner.slice(1, -1) : inner
    this.#put({ kind: 'code', text }, end + length)
  }

  #readLink(): void {
    labelPattern.lastIndex = this.#at
    const match = labelPattern.exec(this.#text)
    if (this.#options.isInLink === true || match === null) {
      this.#at += 1
      return
    }
    const from = this.#at + match[0].length
    const end = endOfHref(this.#text, from)
    const href = end === -1 ? null : safeHref(this.#text.slice(from, end))
    if (href === null) {
      // Nothing within what looks like an address is one.
      this.#at = end === -1 ? this.#at + 1 : end
      return
    }
    const children = parseMarks(match[1] ?? '', { ...this.#options, isInLink: true })
    this.#put({ kind: 'link', href, children }, end + 1)
  }

  #readAddress(): void {
    barePattern.lastIndex = this.#at
    const found = barePattern.exec(this.#text)?.[0] ?? 'https://'
    const address = withoutEnd(found)
    const isWithinWord = /[\p{L}\p{N}_]/u.test(this.#text[this.#at - 1] ?? '')
    const href = this.#options.isInLink === true || isWithinWord ? null : safeHref(address)
    if (href === null) this.#at += found.length
    else
      this.#put(
        { kind: 'link', href, children: [{ kind: 'text', text: address }] },
        this.#at + address.length,
      )
  }

  #readMention(): void {
    const { mention, people } = this.#options
    if (mention !== null) mention.lastIndex = this.#at
    const name = mention?.exec(this.#text)?.[1]
    if (name === undefined) this.#at += 1
    else this.#put({ kind: 'mention', seat: people.get(name) ?? null, name }, this.#at + 1 + name.length)
  }

  #readMarks(char: string): void {
    let count = runLength(this.#text, this.#at, char)
    const [before, after] = [this.#text[this.#at - 1] ?? '', this.#text[this.#at + count] ?? '']
    const end = this.#at + count
    const isMark = char === '~' ? count === 2 : count <= 3 && !(isDigit(before) && isDigit(after))
    const canClose = isMark && !isSpace(before) && (char !== '_' || !isWord(after))
    const canOpen = isMark && !isSpace(after) && (char !== '_' || !/[^\s([{"'“‘«*~]/u.test(before))
    if (!canClose && !canOpen) {
      this.#at = end
      return
    }
    this.#flush()
    if (canClose) while (count > 0 && this.#isOpen(char)) count = this.#close(char, count)
    const opens = canOpen && count > 0 && this.#open.length < openMax && (char !== '~' || count === 2)
    this.#plainFrom = opens ? end : end - count
    this.#at = end
    if (opens) this.#open.push({ char, count, children: [] })
  }

  #isOpen(char: string): boolean {
    return this.#open.some((open) => open.char === char && open.children.length > 0)
  }

  /** Closes the innermost of this mark with so many characters; returns how many are left of them. */
  #close(char: string, count: number): number {
    while (this.#open.at(-1)?.char !== char || this.#open.at(-1)?.children.length === 0) this.#giveUp()
    const open = this.#open.at(-1)
    if (open === undefined) return count
    const used = count >= 2 && open.count >= 2 ? 2 : 1
    const kind = char === '~' ? 'struck' : used === 2 ? 'strong' : 'emphasis'
    const marked: Inline = { kind, children: open.children }
    open.count -= used
    open.children = [marked]
    if (open.count === 0) {
      this.#open.pop()
      this.#top.children.push(marked)
    }
    return count - used
  }

  /** What the innermost mark began is not closed any more. */
  #giveUp(): void {
    const open = this.#open.pop()
    if (open === undefined) return
    pushText(this.#top.children, open.char.repeat(open.count))
    for (const child of open.children)
      if (child.kind === 'text') pushText(this.#top.children, child.text)
      else this.#top.children.push(child)
  }

  #put(part: Inline, next: number): void {
    this.#flush()
    this.#top.children.push(part)
    this.#plainFrom = next
    this.#at = next
  }

  /** What was read up to here and marks nothing. */
  #flush(): void {
    if (this.#plainFrom < this.#at) pushText(this.#top.children, this.#text.slice(this.#plainFrom, this.#at))
    this.#plainFrom = this.#at
  }

  get #top(): Open {
    return this.#open.at(-1) ?? this.#bottom
  }
}

function pushText(parts: Inline[], text: string): void {
  const last = parts.at(-1)
  if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text }
  else parts.push({ kind: 'text', text })
}

function runLength(text: string, from: number, char: string): number {
  let to = from
  while (text[to] === char) to += 1
  return to - from
}

function lastRunsOf(text: string): ReadonlyMap<number, number> {
  return new Map([...text.matchAll(/`+/g)].map((match) => [match[0].length, match.index]))
}

function isSpace(char: string): boolean {
  return char.trim() === ''
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}

function isWord(char: string): boolean {
  return /[\p{L}\p{N}_]/u.test(char)
}

/** Where the parenthesis closes in which an address stands; -1 if it does not. Pairs within it belong to the address. */
function endOfHref(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < Math.min(text.length, from + hrefLengthMax); at += 1) {
    const char = text[at] ?? ''
    if (isSpace(char) || depth > parenthesesMax) return -1
    if (char === '(') depth += 1
    else if (char === ')' && depth === 0) return at
    else if (char === ')') depth -= 1
  }
  return -1
}

/** Without what ends the sentence it stands in, and a parenthesis that was opened before it. */
function withoutEnd(address: string): string {
  let end = address.length
  let surplus = countOf(address, ')') - countOf(address, '(')
  for (; end > 0; end -= 1) {
    const last = address[end - 1] ?? ''
    if (last === ')' && surplus > 0) surplus -= 1
    else if (!/[.,;:!?'"*_~\]]/.test(last)) break
  }
  return address.slice(0, end)
}

function countOf(text: string, char: string): number {
  return text.split(char).length - 1
}

/** The address in the form a browser gives it, if it is one that a message may lead to. */
export function safeHref(text: string): string | null {
  if (text.length > hrefLengthMax) return null
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'mailto:') ? url.href : null
}
