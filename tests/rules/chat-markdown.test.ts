/** The markdown of messages: text with a few marks, and no way to HTML. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseInline, parseMarkdown, safeHref, type Block, type Inline } from '#web/chat/engine/markdown.ts'

/** Every text of a tree, in order. */
function wordsOf(blocks: readonly Block[]): string {
  const inline = (part: Inline): string => ('text' in part ? part.text : part.children.map(inline).join(''))
  return blocks
    .map((block) => {
      if (block.kind === 'code') return block.text
      const lines = block.kind === 'list' ? block.items : [block.children]
      return lines.map((line) => line.map(inline).join('')).join('\n')
    })
    .join('\n')
}

function linksOf(blocks: readonly Block[]): string[] {
  const inline = (part: Inline): string[] =>
    'text' in part ? [] : [...(part.kind === 'link' ? [part.href] : []), ...part.children.flatMap(inline)]
  return blocks.flatMap((block) => {
    if (block.kind === 'code') return []
    return (block.kind === 'list' ? block.items.flat() : block.children).flatMap(inline)
  })
}

test('[CH5] paragraphs, lists, quotes and code are told apart', () => {
  const blocks = parseMarkdown('hello\nthere\n\n- one\n- two\n> said\n```ts\nlet x\n\ny\n```\nbye')
  assert.deepEqual(blocks, [
    { kind: 'paragraph', children: [{ kind: 'text', text: 'hello\nthere' }] },
    { kind: 'list', items: [[{ kind: 'text', text: 'one' }], [{ kind: 'text', text: 'two' }]] },
    { kind: 'quote', children: [{ kind: 'text', text: 'said' }] },
    { kind: 'code', text: 'let x\n\ny' },
    { kind: 'paragraph', children: [{ kind: 'text', text: 'bye' }] },
  ])
})

test('[CH5] a list is one whatever ends its lines', () => {
  for (const end of ['\n', '\r\n']) {
    assert.deepEqual(
      parseMarkdown(['- one', '- two', ''].join(end)).map(({ kind }) => kind),
      ['list'],
      JSON.stringify(end),
    )
  }
})

test('[CH5] strong, emphasis, code and links are marked, and nothing inside code', () => {
  assert.deepEqual(parseInline('a **b `c`** *d* `**e**` [f](https://g.example/) *'), [
    { kind: 'text', text: 'a ' },
    {
      kind: 'strong',
      children: [
        { kind: 'text', text: 'b ' },
        { kind: 'code', text: 'c' },
      ],
    },
    { kind: 'text', text: ' ' },
    { kind: 'emphasis', children: [{ kind: 'text', text: 'd' }] },
    { kind: 'text', text: ' ' },
    { kind: 'code', text: '**e**' },
    { kind: 'text', text: ' ' },
    { kind: 'link', href: 'https://g.example/', children: [{ kind: 'text', text: 'f' }] },
    { kind: 'text', text: ' *' },
  ])
})

test('[CH5] X-01 HTML is text', () => {
  const corpus = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '"><b onmouseover=alert(1)>',
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    '&lt;script&gt;&#x6a;',
    '{{constructor.constructor("alert(1)")()}}',
  ]
  for (const html of corpus) {
    assert.deepEqual(parseMarkdown(html), [{ kind: 'paragraph', children: [{ kind: 'text', text: html }] }])
    assert.ok(wordsOf(parseMarkdown(`- **x** ${html}`)).includes(html))
  }
})

test('[CH5] X-02 a link that leads to script, data or anything but https and mail is dead', () => {
  const dead = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://stoa.example/x',
    'http://stoa.example/',
    'ftp://stoa.example/',
    '//stoa.example',
    '/rooms',
    '#x',
    '',
  ]
  for (const href of dead) {
    assert.equal(safeHref(href), null, JSON.stringify(href))
    assert.deepEqual(linksOf(parseMarkdown(`see [this](${href})`)), [], JSON.stringify(href))
  }
  assert.equal(safeHref('https://stoa.example'), 'https://stoa.example/')
  assert.equal(safeHref('mailto:alice@stoa.example'), 'mailto:alice@stoa.example')
})

test('[CH5] a bare address is a link, and one that is dead stays to be read', () => {
  assert.deepEqual(linksOf(parseMarkdown('at https://stoa.example/a?b=c then')), [
    'https://stoa.example/a?b=c',
  ])
  assert.equal(
    wordsOf(parseMarkdown('[press](javascript:alert`1`) **me**')),
    '[press](javascript:alert`1`) me',
  )
})

test('[CH5] X-05 reversing, stacking and control characters pass through as they are', () => {
  for (const text of [
    '\u202eevil\u202c txt',
    'z\u0351\u0352\u0353\u0354'.repeat(200),
    'a\u0000b\u200b',
    '\u2067x',
  ]) {
    assert.equal(wordsOf(parseMarkdown(text)), text)
  }
})

test('[CH5] X-06 a list nested 500 deep, and marks in marks, stay flat', () => {
  const nested = Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}- x`).join('\n')
  const marks = `${'*_'.repeat(500)}x${'_*'.repeat(500)}`
  const quotes = `${'> '.repeat(500)}x`
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
  for (const text of [nested, marks, quotes, `${'['.repeat(500)}x${'](https://a.b)'.repeat(500)}`]) {
    assert.ok(depthOf(parseMarkdown(text)) < 16)
  }
})

test('[CH5] no text makes the parser slow: its time grows with the length, not with the square of it', () => {
  const hostile = [
    '*',
    '**',
    '`',
    '[',
    '[a](',
    '[a](https://b',
    '**a',
    '*a ',
    '> ',
    '- ',
    '```\n```\n',
    'https://',
    '1. \n',
    '\n',
  ]
  const texts = hostile.map((part) => part.repeat(200_000 / part.length))
  texts.push(`- ${' '.repeat(200_000)}x\u2028y`, `> ${' '.repeat(200_000)}\u2028`, 'x'.repeat(1_000_000))
  for (const text of texts) {
    const startMs = performance.now()
    parseMarkdown(text)
    const tookMs = performance.now() - startMs
    // The square of 200,000 would take a minute; being linear, it takes some tens of milliseconds.
    assert.ok(tookMs < 3_000, `${JSON.stringify(text.slice(0, 12))} took ${String(Math.round(tookMs))} ms`)
  }
})

test('[CH5] whatever is written, every link leads where links may lead, and no word is made up', () => {
  const piece = fc.constantFrom(
    '*',
    '**',
    '`',
    '[',
    ']',
    '(',
    ')',
    '```',
    '\n',
    '- ',
    '> ',
    '1. ',
    'https://a.b/',
    'javascript:',
    'mailto:x@y',
    'word',
    ' ',
    '<b>',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 }),
      (pieces) => {
        const text = pieces.join('')
        const blocks = parseMarkdown(text)
        for (const href of linksOf(blocks)) assert.match(href, /^(https|mailto):/u)
        const words = wordsOf(blocks).split(/[\n]/u)
        for (const line of words) assert.ok(isWithin(line, text), JSON.stringify([line, text]))
      },
    ),
  )
})

/** Whether all of `part` stands in `whole`, in this order. */
function isWithin(part: string, whole: string): boolean {
  let at = 0
  for (const character of part) {
    const found = whole.indexOf(character, at)
    if (found === -1) return false
    at = found + character.length
  }
  return true
}
