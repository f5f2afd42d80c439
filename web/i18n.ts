/**
 * The words of the interface: `t('home.new_room')`, from locales/<language>/<noun>.json.
 *
 * A noun's words are fetched once, when a route that needs them is opened (`loadWords`), and before it is shown.
 * A message may hold `{name}` for a parameter, `{'…'}` for literal text, and forms for numbers divided by ` | `:
 * `one | many`, or `none | one | many`.
 *
 * Invariant: no message is ever evaluated or made into HTML. Words and parameters are only text.
 */
import { shallowReactive, shallowRef } from 'vue'

export type Noun =
  | 'app'
  | 'account'
  | 'home'
  | 'invite'
  | 'room'
  | 'rooms'
  | 'chat'
  | 'thread'
  | 'search'
  | 'board'
  | 'call'
  | 'offline'
  | 'news'
  | 'switcher'
  | 'library'

type Words = Readonly<{ [key: string]: string | Words }>
type Parameters = Readonly<Record<string, string | number>>

const files = import.meta.glob<Words>('./locales/*/*.json', { import: 'default' })

const locale = shallowRef('en')
const wordsByNoun = shallowReactive(new Map<string, Words>())

/** After this, `t` knows every word of the nouns. Throws when they cannot be fetched. */
export async function loadWords(nouns: readonly Noun[]): Promise<void> {
  await Promise.all(
    nouns.map(async (noun) => {
      const load = files[`./locales/${locale.value}/${noun}.json`]
      if (!wordsByNoun.has(noun) && load !== undefined) wordsByNoun.set(noun, await load())
    }),
  )
}

/** `parameters` may be a number alone: it chooses the form and is `{n}` and `{count}` in it. */
function t(key: string, parameters: Parameters | number = {}, count?: number): string {
  const message = find(key)
  if (message === null) return key
  const isNumber = typeof parameters === 'number'
  const number = isNumber ? parameters : count
  const named = {
    ...(number === undefined ? {} : { n: number, count: number }),
    ...(isNumber ? {} : parameters),
  }
  return fillIn(number === undefined ? message : formFor(message, number), named)
}

function find(key: string): string | null {
  const [noun = '', ...path] = key.split('.')
  let found: string | Words | undefined = wordsByNoun.get(noun)
  for (const step of path) found = typeof found === 'object' ? found[step] : undefined
  return typeof found === 'string' ? found : null
}

function formFor(message: string, count: number): string {
  const forms = message.split(' | ')
  const isOne = new Intl.PluralRules(locale.value).select(count) === 'one'
  const index = forms.length > 2 && count === 0 ? 0 : forms.length - (isOne ? 2 : 1)
  return forms[Math.max(0, index)] ?? message
}

function fillIn(message: string, named: Parameters): string {
  return message.replace(/\{\s*(?:'([^']*)'|(\w+))\s*\}/g, (whole, literal?: string, name?: string) => {
    if (literal !== undefined) return literal
    const value = name !== undefined && Object.hasOwn(named, name) ? named[name] : undefined
    if (value === undefined) return whole
    return typeof value === 'number' ? value.toLocaleString(locale.value) : value
  })
}

const translator = { t, locale } as const

/** What a component needs to speak: `t`, and the language for Intl. */
export function useI18n(): typeof translator {
  return translator
}
