/** The markdown of messages: text with a few marks, and no way to HTML. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { highlight } from '#web/chat/highlight.ts'
import { parseMarkdown, type Block, type Inline } from '#web/chat/engine/markdown.ts'
import { parseMarks, safeHref } from '#web/chat/engine/marks.ts'
import { mentionsIn, namedIn } from '#web/chat/engine/mentions.ts'
import type { Seat } from '#shared/ids.ts'

function inlinesOf(blocks: readonly Block[]): readonly Inline[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'code') return [{ kind: 'text', text: `${block.text}\n` } as const]
    if (block.kind === 'paragraph') return [...block.children, { kind: 'text', text: '\n' } as const]
    return inlinesOf(block.kind === 'list' ? block.items.flat() : block.blocks)
  })
}

function textOf(part: Inline): string {
  if (part.kind === 'mention') return `@${part.name}`
  return 'text' in part ? part.text : part.children.map(textOf).join('')
}

/** Every text of a tree, in order. */
function wordsOf(blocks: readonly Block[]): string {
  return inlinesOf(blocks).map(textOf).join('').replace(/\n$/u, '')
}

function linksOf(blocks: readonly Block[]): string[] {
  const inline = (part: Inline): string[] =>
    'children' in part ? [...(part.kind === 'link' ? [part.href] : []), ...part.children.flatMap(inline)] : []
  return inlinesOf(blocks).flatMap(inline)
}

const text = (words: string) => ({ kind: 'text', text: words }) as const
const paragraph = (words: string): Block => ({ kind: 'paragraph', children: [text(words)] })
const inLine = (line: string): readonly Inline[] => parseMarks(line, { people: new Map(), mention: null })

test('[CH5] paragraphs, lists, quotes and code are told apart', () => {
  const blocks = parseMarkdown('hello\nthere\n\n- one\n- two\n> said\n```ts\nlet x\n\ny\n```\nbye')
  assert.deepEqual(blocks, [
    paragraph('hello\nthere'),
    { kind: 'list', start: null, items: [[paragraph('one')], [paragraph('two')]] },
    { kind: 'quote', blocks: [paragraph('said')] },
    { kind: 'code', language: 'ts', text: 'let x\n\ny' },
    paragraph('bye'),
  ])
})

test('[CH5] lists keep their numbers, and stand in lists, quotes and around code', () => {
  const blocks = parseMarkdown(
    '3. three\n   - in it\n\n   ```\n   code\n     more\n   ```\n4. four\n> - said\n> > before',
  )
  assert.deepEqual(blocks, [
    {
      kind: 'list',
      start: 3,
      items: [
        [
          paragraph('three'),
          { kind: 'list', start: null, items: [[paragraph('in it')]] },
          { kind: 'code', language: '', text: 'code\n  more' },
        ],
        [paragraph('four')],
      ],
    },
    {
      kind: 'quote',
      blocks: [
        { kind: 'list', start: null, items: [[paragraph('said')]] },
        { kind: 'quote', blocks: [paragraph('before')] },
      ],
    },
  ])
  assert.deepEqual(parseMarkdown('I was born in\n1984. Then'), [paragraph('I was born in\n1984. Then')])
  assert.deepEqual(parseMarkdown('-\n- '), [paragraph('-\n- ')])
})

test('[CH5] code is kept as it was typed, to the last tab, and ends with its message', () => {
  assert.deepEqual(parseMarkdown('~~~py\n\tif x:\n```\n\t\ty  '), [
    { kind: 'code', language: 'py', text: '\tif x:\n```\n\t\ty  ' },
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
  assert.deepEqual(inLine('a **b `c`** *d* `**e**` [f](https://g.example/) *'), [
    text('a '),
    { kind: 'strong', children: [text('b '), { kind: 'code', text: 'c' }] },
    text(' '),
    { kind: 'emphasis', children: [text('d')] },
    text(' '),
    { kind: 'code', text: '**e**' },
    text(' '),
    { kind: 'link', href: 'https://g.example/', children: [text('f')] },
    text(' *'),
  ])
})

test('[CH5] marks stand in marks, in whatever order they close', () => {
  const strong = (...children: Inline[]): Inline => ({ kind: 'strong', children })
  const emphasis = (...children: Inline[]): Inline => ({ kind: 'emphasis', children })
  assert.deepEqual(inLine('***a***'), [emphasis(strong(text('a')))])
  assert.deepEqual(inLine('***a** b*'), [emphasis(strong(text('a')), text(' b'))])
  assert.deepEqual(inLine('**a *b* c**'), [strong(text('a '), emphasis(text('b')), text(' c'))])
  assert.deepEqual(inLine('__a__ _b_ ~~c~~'), [
    strong(text('a')),
    text(' '),
    emphasis(text('b')),
    text(' '),
    { kind: 'struck', children: [text('c')] },
  ])
})

test('[CH5] what only looks like marks is text', () => {
  for (const plain of [
    '2*3*4 = 24',
    'snake_case_name',
    '**',
    '****',
    '* *',
    '~ 5 ~',
    '¯\\_(ツ)_/¯',
    '**never closed',
    'a ** b ** c',
    '`',
    '[a]',
    '[a](',
    'C:\\temp',
  ])
    assert.deepEqual(inLine(plain), [text(plain)])
  assert.deepEqual(inLine('\\*a\\* \\`b\\`'), [text('*a* `b`')])
})

test('[CH5] an address ends before what ends its sentence', () => {
  const bare = '(https://a.example/b_(c)), or https://a.example/?d=e. Or **https://a.example/f**'
  assert.deepEqual(linksOf(parseMarkdown(bare)), [
    'https://a.example/b_(c)',
    'https://a.example/?d=e',
    'https://a.example/f',
  ])
  assert.deepEqual(linksOf(parseMarkdown('[x](https://a.example/b_(c))')), ['https://a.example/b_(c)'])
})

test('[CH10] who is named is found again by what is kept beside the text, but not within words or code', () => {
  const people = [
    { seat: 1 as Seat, name: 'Ann' },
    { seat: 2 as Seat, name: 'Ann Lee' },
    { seat: 40 as Seat, name: 'C++ (x)' },
    { seat: 41 as Seat, name: 'C++ (x)' },
  ]
  const said = '@Ann Lee and **@Ann**, @C++ (x) @all, a@Ann @Annabel `@Ann`'
  const mentions = mentionsIn(said, people)
  assert.deepEqual(mentions, ['2:Ann Lee', '1:Ann', '14:C++ (x)', '15:C++ (x)', 'all'])
  const found = inlinesOf(parseMarkdown(said, namedIn(mentions)))
    .flatMap((part) => ('children' in part ? part.children : [part]))
    .filter((part) => part.kind === 'mention')
  assert.deepEqual(
    found.map(({ seat, name }) => [seat, name]),
    [
      [2, 'Ann Lee'],
      [1, 'Ann'],
      [40, 'C++ (x)'],
      [null, 'all'],
    ],
  )
  assert.equal(wordsOf(parseMarkdown('@Ann', namedIn(mentions))), '@Ann')
})

test('[CH5] coloured code has every character of it, whatever it is', () => {
  assert.equal(highlight('x', 'no-language'), null)
  assert.deepEqual(highlight('let x = 1', 'js')?.slice(0, 1), [{ text: 'let', kind: 'word' }])
  const languages = fc.constantFrom('js', 'ts', 'html', 'css', 'python', 'sql', 'bash', 'markdown', 'json')
  const pieces = fc.array(fc.oneof(fc.constantFrom('"', "'", '`', '/*', '<a ', '{', '${', '\n'), fc.string()))
  fc.assert(
    fc.property(languages, pieces, (language, code) => {
      const words = highlight(code.join(''), language) ?? []
      assert.equal(words.map((word) => word.text).join(''), code.join(''))
    }),
  )
})

test('[CH5] [X-01] HTML is text', () => {
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
    assert.equal(wordsOf(parseMarkdown(html)), html)
    assert.ok(wordsOf(parseMarkdown(`- **x** ${html}`)).includes(html))
  }
})

test('[CH5] [X-02] a link that leads to script, data or anything but https and mail is dead', () => {
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
    wordsOf(parseMarkdown('[press](javascript:alert(1)) **me**')),
    '[press](javascript:alert(1)) me',
  )
})

test('[CH5] [X-05] reversing, stacking and control characters pass through as they are', () => {
  for (const text of [
    '\u202eevil\u202c txt',
    'z\u0351\u0352\u0353\u0354'.repeat(200),
    'a\u0000b\u200b',
    '\u2067x',
  ]) {
    assert.equal(wordsOf(parseMarkdown(text)), text)
  }
})

test('[CH5] [X-06] a list nested 500 deep, and marks in marks, stay flat', () => {
  const nested = Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}- x`).join('\n')
  const marks = `${'*_'.repeat(500)}x${'_*'.repeat(500)}`
  const quotes = `${'> '.repeat(500)}x`
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
  for (const text of [nested, marks, quotes, `${'['.repeat(500)}x${'](https://a.b)'.repeat(500)}`]) {
    assert.ok(depthOf(parseMarkdown(text)) < 32)
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
    '~~~\n',
    '``',
    '_a ',
    '*a**b_',
    ' - a\n',
    '(https://b)',
    '@a',
    '\\',
    'https://',
    '1. \n',
    '\n',
  ]
  const texts = hostile.map((part) => part.repeat(200_000 / part.length))
  texts.push(
    Array.from({ length: 600 }, (_, run) => '`'.repeat(run)).join(' '),
    Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}- x`).join('\n'),
    `https://${')'.repeat(200_000)}`,
  )
  texts.push(`- ${' '.repeat(200_000)}x\u2028y`, `> ${' '.repeat(200_000)}\u2028`, 'x'.repeat(1_000_000))
  for (const text of texts) {
    const before = process.cpuUsage()
    parseMarkdown(text, new Map([['a b', 1 as Seat]]))
    const { user } = process.cpuUsage(before)
    const tookMs = user / 1_000
    // Of this process alone, whatever else the machine does. The square of 200,000 would take a minute; being linear,
    // it takes some tens of milliseconds.
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
    '  ',
    '_',
    '~~',
    '\\',
    '@Ann',
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
        const blocks = parseMarkdown(text, namedIn(['1:Ann']))
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
