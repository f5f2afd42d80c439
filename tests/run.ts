/**
 * Runs every test: `npm test`, or some: `npm test -- rules browser/call`.
 *
 * Pure tests share one process; tests with servers and browsers get one each. The last line printed is
 * `N passed, N failed` (`, N skipped`), and the exit code is 1 if anything failed or nothing ran.
 */
import { spawnSync } from 'node:child_process'
import { glob } from 'node:fs/promises'
import { cpus } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { ensureChromium } from './support/chromium.ts'

type Stage = Readonly<{
  name: string
  /** Folders of tests/. */
  folders: readonly string[]
  isolation: 'none' | 'process'
  /** Files at once. */
  concurrency: number
  /** Milliseconds for one test. */
  timeoutMs: number
}>

const stages: readonly Stage[] = [
  { name: 'Rules', folders: ['rules'], isolation: 'none', concurrency: 1, timeoutMs: 60_000 },
  { name: 'House', folders: ['house'], isolation: 'process', concurrency: 2, timeoutMs: 180_000 },
  {
    name: 'Engines',
    folders: ['engines'],
    isolation: 'process',
    concurrency: cpus().length,
    timeoutMs: 60_000,
  },
  {
    name: 'Server',
    folders: ['server', 'sync'],
    isolation: 'process',
    concurrency: cpus().length,
    timeoutMs: 120_000,
  },
  // A call decodes video in software: two browsers at once would starve each other.
  { name: 'Browser', folders: ['browser'], isolation: 'process', concurrency: 1, timeoutMs: 120_000 },
]

const wanted = process.argv.slice(2)
const root = new URL('..', import.meta.url).pathname
const counts = { passed: 0, failed: 0, skipped: 0 }

for (const stage of stages) {
  const files = (
    await Array.fromAsync(
      glob(
        stage.folders.map((folder) => `tests/${folder}/**/*.test.ts`),
        { cwd: root },
      ),
    )
  )
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.startsWith(`tests/${part}`)))
    .sort()
  if (files.length === 0) continue
  console.log(`\n── ${stage.name} (${String(files.length)} files) ──`)
  if (stage.name === 'Browser') prepareBrowserStage()
  await runStage(stage, files)
}

console.log(
  `\n${String(counts.passed)} passed, ${String(counts.failed)} failed` +
    (counts.skipped > 0 ? `, ${String(counts.skipped)} skipped` : ''),
)
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0)

function prepareBrowserStage(): void {
  process.env['CHROMIUM_PATH'] = ensureChromium(console.log)
  console.log('Building the web client.')
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    counts.failed += 1
    console.log('The web client does not build.')
  }
}

async function runStage(stage: Stage, files: readonly string[]): Promise<void> {
  const stream = run({
    cwd: root,
    files: files.map((file) => root + file),
    isolation: stage.isolation,
    ...(stage.isolation === 'process' ? { concurrency: stage.concurrency } : {}),
    timeout: stage.timeoutMs,
  })
  // A suite or a file is not a test: only leaves count.
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite' || isFile(event)) return
    if (event.skip !== undefined || event.todo !== undefined) counts.skipped += 1
    else counts.passed += 1
  })
  stream.on('test:fail', (event) => {
    // A suite, or a test with subtests, fails because of what it holds: that is counted already.
    const { error } = event.details
    if ('failureType' in error && error.failureType === 'subtestsFailed') return
    counts.failed += 1
  })
  const report = stream.compose(spec)
  for await (const chunk of report) process.stdout.write(chunk)
}

/** With one process a file, the runner also reports the file itself as a test. */
function isFile(event: { name: string; nesting: number }): boolean {
  return event.nesting === 0 && event.name.endsWith('.test.ts')
}
