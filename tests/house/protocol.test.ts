/** The protocol's rules and the tests that cite them agree. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import test from 'node:test'

const root = new URL('../..', import.meta.url).pathname

test('[E1] every rule is cited by a test, and every rule a test cites exists', async () => {
  // The rules of the protocol, and the bad inputs and faults of the trust model.
  const pages = ['PROTOCOL', 'TRUST'].map((name) => readFileSync(`${root}docs/${name}.md`, 'utf8')).join('\n')
  const rules = new Set(Array.from(pages.matchAll(/^- \*\*([A-Z]+-?\d+)\*\*/gmu), (match) => match[1] ?? ''))
  const cited = new Set<string>()
  for await (const file of glob('tests/**/*.test.ts', { cwd: root })) {
    for (const [, ids = ''] of readFileSync(root + file, 'utf8').matchAll(
      /\[((?:[A-Z]+-?\d+(?:, ?)?)+)\]/gu,
    )) {
      for (const id of ids.split(/, ?/u)) cited.add(id)
    }
  }
  const unknown = [...cited].filter((id) => !rules.has(id))
  assert.deepEqual(unknown, [], 'cited, but neither in docs/PROTOCOL.md nor in docs/TRUST.md')
  const untested = [...rules].filter((id) => !cited.has(id))
  assert.deepEqual(untested, [], 'in docs/PROTOCOL.md or docs/TRUST.md, but no test cites them')
})
