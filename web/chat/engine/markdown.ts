/**
 * The markdown subset of messages as a tree: paragraphs, lists, quotes, fenced code; strong, emphasis, code, links.
 *
 * Rule CH5 of docs/PROTOCOL.md. A tree of plain words, which the page makes into text nodes: there is no way to HTML.
 * Every rule takes time linear in the text, and nothing nests deeper than `depthMax` (X-06). Pure.
 */
export type Inline =
  | Readonly<{ kind: 'text' | 'code'; text: string }>
  | Readonly<{ kind: 'strong' | 'emphasis'; children: readonly Inline[] }>
  | Readonly<{ kind: 'link'; href: string; children: readonly Inline[] }>

export type Block =
  | Readonly<{ kind: 'paragraph' | 'quote'; children: readonly Inline[] }>
  | Readonly<{ kind: 'list'; items: readonly (readonly Inline[])[] }>
  | Readonly<{ kind: 'code'; text: string }>

const depthMax = 4
/** Their last part takes any character: one it stopped at would be looked for again from every space before it. */
const itemPattern = /^\s{0,3}(?:[-*]|\d{1,3}[.)])\s+(.*)$/s
const quotePattern = /^\s{0,3}>\s?(.*)$/s
const fencePattern = /^```\w{0,32}\s*$/

/** The earliest of these decides what comes next in a line. No branch can begin where it has failed before. */
const inlinePattern =
  /`([^`\n]+)`|\*\*(?=\S)([^*\n]+)\*\*|\*(?=\S)([^*\n]+)\*|\[([^[\]\n]+)\]\(([^()\s]+)\)|(https:\/\/[^\s<>]+)/g

export function parseMarkdown(text: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? ''
    if (fencePattern.test(line)) {
      let last = at + 1
      while (last < lines.length && lines[last]?.startsWith('```') !== true) last++
      blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') })
      at = last + 1
      continue
    }
    const [kind, pattern] = kindOf(line)
    const first = at
    while (
      at < lines.length &&
      kindOf(lines[at] ?? '')[0] === kind &&
      !(at > first && fencePattern.test(lines[at] ?? ''))
    )
      at++
    const run = lines.slice(first, at)
    if (kind === 'blank') continue
    const bare = pattern === null ? run : run.map((one) => pattern.exec(one)?.[1] ?? '')
    if (kind === 'list') blocks.push({ kind, items: bare.map((item) => parseInline(item)) })
    else blocks.push({ kind, children: parseInline(bare.join('\n')) })
  }
  return blocks
}

function kindOf(line: string): readonly ['blank' | 'list' | 'quote' | 'paragraph', RegExp | null] {
  if (line.trim() === '') return ['blank', null]
  if (itemPattern.test(line)) return ['list', itemPattern]
  return quotePattern.test(line) ? ['quote', quotePattern] : ['paragraph', null]
}

export function parseInline(text: string, depth = 0): readonly Inline[] {
  if (depth >= depthMax) return [{ kind: 'text', text }]
  const parts: Inline[] = []
  let done = 0
  for (const match of text.matchAll(inlinePattern)) {
    const [whole, code, strong, emphasis, label, href, bare] = match
    const part = partOf({ code, strong, emphasis, label, href, bare }, depth)
    if (part === null) continue
    if (match.index > done) parts.push({ kind: 'text', text: text.slice(done, match.index) })
    parts.push(part)
    done = match.index + whole.length
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) })
  return parts
}

type Found = Readonly<Record<'code' | 'strong' | 'emphasis' | 'label' | 'href' | 'bare', string | undefined>>

function partOf({ code, strong, emphasis, label, href, bare }: Found, depth: number): Inline | null {
  if (code !== undefined) return { kind: 'code', text: code }
  if (strong !== undefined) return { kind: 'strong', children: parseInline(strong, depth + 1) }
  if (emphasis !== undefined) return { kind: 'emphasis', children: parseInline(emphasis, depth + 1) }
  const target = safeHref(href ?? bare ?? '')
  if (target === null) return null
  return { kind: 'link', href: target, children: [{ kind: 'text', text: label ?? bare ?? target }] }
}

/** The address in the form a browser gives it, if it is one that a message may lead to (X-02). */
export function safeHref(text: string): string | null {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'mailto:') ? url.href : null
}
