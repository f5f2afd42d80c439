/**
 * `npm run check`: types, lint, arrows, dead code, format, length. Runs all, then says which failed.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'

/** Lines of a source file; a longer one is split by idea. */
const linesMax = 400

const bin = (name: string) => `node_modules/.bin/${name}`
const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', bin('vue-tsc'), '-b'],
  ['lint', bin('eslint'), '.', '--max-warnings', '0'],
  ['arrows', bin('depcruise'), 'shared', 'server', 'web', 'tests'],
  ['dead code', bin('knip')],
  ['format', bin('prettier'), '--check', '--log-level', 'warn', '.'],
]

const failed: string[] = []
for (const [name, command, ...args] of checks) {
  const { status } = spawnSync(process.execPath, [command, ...args], {
    stdio: 'inherit',
    cwd: new URL('..', import.meta.url).pathname,
  })
  console.log(`${status === 0 ? '✔' : '✖'} ${name}`)
  if (status !== 0) failed.push(name)
}

const long: string[] = []
const isInstalled = (path: string) => path.includes('node_modules')
for await (const file of glob('{shared,server,web,tests}/**/*.{ts,vue,css}', { exclude: isInstalled })) {
  const lines = readFileSync(file, 'utf8').split('\n').length - 1
  if (lines > linesMax) long.push(`${file}: ${String(lines)} lines`)
}
console.log(`${long.length === 0 ? '✔' : '✖'} length`)
for (const line of long) console.log(`  ${line}`)
if (long.length > 0) failed.push('length')

if (failed.length > 0) {
  console.log(`\nFailed: ${failed.join(', ')}`)
  process.exit(1)
}
