/** Every word the interface asks for is there, and none is there that nothing asks for. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import test from 'node:test'

type Words = { readonly [key: string]: string | Words }

const web = new URL('../../web/', import.meta.url).pathname
const nouns = globSync('locales/en/*.json', { cwd: web }).map((file) => file.replace(/^.*\/|\.json$/gu, ''))

/** Every message by its whole key: `home.new_room`. */
const messages = new Map<string, string>(
  nouns.flatMap((noun) =>
    flat(noun, JSON.parse(readFileSync(`${web}locales/en/${noun}.json`, 'utf8')) as Words),
  ),
)

const sources = globSync(['**/*.ts', '**/*.vue'], { cwd: web }).map((file) => ({
  file,
  text: readFileSync(web + file, 'utf8'),
}))

function flat(path: string, words: string | Words): [string, string][] {
  if (typeof words === 'string') return [[path, words]]
  return Object.entries(words).flatMap(([key, value]) => flat(`${path}.${key}`, value))
}

/** What stands as a key in a source: in quotes, `noun.key`; in a template, with a place for any words. */
function keysIn(text: string): { whole: string[]; patterns: RegExp[] } {
  const noun = `(?:${nouns.join('|')})`
  const whole = [...text.matchAll(new RegExp(`['"](${noun}\\.[a-z0-9_.]+)['"]`, 'gu'))]
  const templates = [...text.matchAll(new RegExp('`(' + noun + '\\.(?:[a-z0-9_.]|\\$\\{[^}`]*\\})+)`', 'gu'))]
  return {
    whole: whole.map(([, key = '']) => key),
    patterns: templates.map(
      ([, key = '']) =>
        new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/gu, '[a-z0-9_-]+')}$`, 'iu'),
    ),
  }
}

const used = sources.map(({ file, text }) => ({ file, ...keysIn(text) }))

test('every word the interface asks for is there', () => {
  assert.ok(used.flatMap(({ whole }) => whole).length > 100, 'the words were found in the sources')
  for (const { file, text } of sources) {
    for (const [, key = ''] of text.matchAll(/\bt\(\s*'([^']+)'/gu))
      assert.ok(messages.has(key), `${file}: ${key}`)
  }
  for (const { file, patterns } of used) {
    for (const pattern of patterns) {
      assert.ok(
        [...messages.keys()].some((key) => pattern.test(key)),
        `${file}: ${String(pattern)}`,
      )
    }
  }
})

test('no word is left that nothing asks for', () => {
  const whole = new Set(used.flatMap((source) => source.whole))
  const patterns = used.flatMap((source) => source.patterns)
  const idle = [...messages.keys()].filter((key) => !whole.has(key) && !patterns.some((one) => one.test(key)))
  assert.deepEqual(idle, [])
})

test('a message that counts has all its forms, and none begins or ends with a space', () => {
  for (const [key, message] of messages) {
    const forms = message.split(' | ')
    assert.ok(forms.length === 1 || forms.every((form) => form !== ''), key)
    assert.equal(message, message.trim(), key)
  }
})
