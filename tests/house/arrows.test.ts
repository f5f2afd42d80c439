/** The arrows of the house hold: a wrong import fails the check. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after, before } from 'node:test'

const root = new URL('../..', import.meta.url).pathname
let house = ''

before(() => {
  house = mkdtempSync(join(tmpdir(), 'stoa-house-'))
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.base.json', '.dependency-cruiser.js']) {
    cpSync(join(root, file), join(house, file))
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
})

after(() => rmSync(house, { recursive: true, force: true }))

function place(file: string, text: string): void {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  writeFileSync(join(house, file), text)
}

/** What dependency-cruiser says of a house of these files. */
function cruise(files: Readonly<Record<string, string>>): Readonly<{ status: number | null; out: string }> {
  for (const area of ['shared', 'server', 'web', 'tests']) {
    rmSync(join(house, area), { recursive: true, force: true })
    place(`${area}/a.ts`, 'export const a = 1\n')
  }
  for (const [file, text] of Object.entries(files)) place(file, text)
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/.bin/depcruise'), 'shared', 'server', 'web', 'tests'],
    { cwd: house, encoding: 'utf8' },
  )
  return { status, out: stdout }
}

test('[AR1] a house with right imports passes', () => {
  const { status, out } = cruise({
    'server/b.ts': "import { a } from '#shared/a.ts'\nexport const b = a\n",
    'web/b.ts': "import { a } from '#shared/a.ts'\nexport const b = a\n",
    'tests/b.ts':
      "import { a } from '#server/a.ts'\nimport { a as w } from '#web/a.ts'\nexport const b = a + w\n",
  })
  assert.equal(status, 0, out)
})

const wrong: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['shared-is-the-ground-floor', 'shared/b.ts', "import { a } from '#server/a.ts'\nexport const b = a\n"],
  ['shared-is-the-ground-floor', 'shared/b.ts', "import { join } from 'node:path'\nexport const b = join\n"],
  ['shared-is-the-ground-floor', 'shared/b.ts', "import { ref } from 'vue'\nexport const b = ref\n"],
  ['server-never-imports-web', 'server/b.ts', "import { a } from '#web/a.ts'\nexport const b = a\n"],
  ['web-never-imports-server', 'web/b.ts', "import { a } from '#server/a.ts'\nexport const b = a\n"],
  ['web-runs-in-browsers', 'web/b.ts', "import { join } from 'node:path'\nexport const b = join\n"],
  ['nothing-imports-tests', 'server/b.ts', "import { a } from '../tests/a.ts'\nexport const b = a\n"],
  ['engines-know-no-vue', 'web/call/engine/b.ts', "import { ref } from 'vue'\nexport const b = ref\n"],
  [
    'components-talk-to-stores',
    'web/chat/B.vue',
    '<script setup lang="ts">\nimport { Doc } from \'yjs\'\nnew Doc()\n</script>\n',
  ],
]

for (const [rule, file, text] of wrong) {
  test(`[AR1] ${rule}: ${/'(.+)'/.exec(text)?.[1] ?? ''} in ${file} fails`, () => {
    const { status, out } = cruise({ [file]: text })
    assert.notEqual(status, 0)
    assert.match(out, new RegExp(rule))
  })
}

test('[AR1] engines-belong-to-their-noun: chat reaching into the call’s engine fails', () => {
  const { status, out } = cruise({
    'web/call/engine/e.ts': 'export const e = 1\n',
    'web/chat/b.ts': "import { e } from '../call/engine/e.ts'\nexport const b = e\n",
  })
  assert.notEqual(status, 0)
  assert.match(out, /engines-belong-to-their-noun/)
})

test('[AR1] no-circles: two modules that import each other fail', () => {
  const { status, out } = cruise({
    'shared/b.ts': "import { c } from './c.ts'\nexport const b = () => c\n",
    'shared/c.ts': "import { b } from './b.ts'\nexport const c = () => b\n",
  })
  assert.notEqual(status, 0)
  assert.match(out, /no-circles/)
})
