/**
 * Code in colours: which words of a block of code are what, for the languages people show each other most.
 *
 * Fetched with the first block that names one of them. lowlight gives a tree and no HTML; what is made of it here are
 * plain words again.
 */
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import cpp from 'highlight.js/lib/languages/cpp'
import csharp from 'highlight.js/lib/languages/csharp'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import markdown from 'highlight.js/lib/languages/markdown'
import python from 'highlight.js/lib/languages/python'
import ruby from 'highlight.js/lib/languages/ruby'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import { createLowlight } from 'lowlight'

/** What the colours tell apart. */
export type WordKind = 'plain' | 'comment' | 'word' | 'value' | 'name'

export type CodeWord = Readonly<{ text: string; kind: WordKind }>

const languages = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  markdown,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
}

const kinds: Readonly<Record<string, WordKind>> = {
  'hljs-comment': 'comment',
  'hljs-quote': 'comment',
  'hljs-meta': 'comment',
  'hljs-keyword': 'word',
  'hljs-selector-tag': 'word',
  'hljs-deletion': 'word',
  'hljs-string': 'value',
  'hljs-regexp': 'value',
  'hljs-number': 'value',
  'hljs-literal': 'value',
  'hljs-symbol': 'value',
  'hljs-addition': 'value',
  'hljs-title': 'name',
  'hljs-name': 'name',
  'hljs-attr': 'name',
  'hljs-attribute': 'name',
  'hljs-property': 'name',
  'hljs-built_in': 'name',
  'hljs-type': 'name',
  'hljs-section': 'name',
  'hljs-selector-class': 'name',
  'hljs-selector-id': 'name',
}

const lowlight = createLowlight(languages)

type Node = Readonly<{
  type: string
  value?: string
  properties?: Readonly<{ className?: unknown }>
  children?: readonly Node[]
}>

/** Null where the language is none of those. The words together are the text. */
export function highlight(text: string, language: string): readonly CodeWord[] | null {
  if (!lowlight.registered(language)) return null
  return wordsOf(lowlight.highlight(language, text), 'plain')
}

function wordsOf({ value, properties, children = [] }: Node, around: WordKind): readonly CodeWord[] {
  if (value !== undefined) return [{ text: value, kind: around }]
  const classes = Array.isArray(properties?.className) ? properties.className.map(String) : []
  const kind = classes.map((name) => kinds[name]).find((found) => found !== undefined) ?? around
  return children.flatMap((child) => wordsOf(child, kind))
}
